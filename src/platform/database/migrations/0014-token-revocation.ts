import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = `
create table token_revocation (
  jti text not null,
  subject text,
  expires_at timestamptz,
  revoked_at timestamptz not null default now(),
  constraint token_revocation_pk primary key (jti)
);
`;

/** JWTs that are accepted no more, by their \`jti\`. */
export class TokenRevocation1769418000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table token_revocation');
  }
}
