using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Domi.Engine.Migrations;

/// <summary>People of a creditor who sign in to the console, what they did there, and what waits for them.</summary>
[DbContext(typeof(EngineDb)), Migration("20261128000000_Console")]
internal sealed class Console : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable("console_users", table => new
        {
            id = table.Column<Guid>(),
            creditor_id = table.Column<Guid>(),
            email = table.Column<string>(maxLength: 254),
            name = table.Column<string>(maxLength: 140),
            role = table.Column<string>(maxLength: 32),
            language = table.Column<string>(maxLength: 2),
            password_hash = table.Column<string>(maxLength: 200),
            totp_sealed = table.Column<string>(maxLength: 1000, nullable: true),
            totp_last_step = table.Column<long>(),
            failed_sign_ins = table.Column<int>(),
            locked_until = table.Column<DateTime>(nullable: true),
            session_stamp = table.Column<string>(maxLength: 64),
            is_active = table.Column<bool>(),
            created_at = table.Column<DateTime>(),
            version = table.Column<int>(),
        }, constraints: table => table.PrimaryKey("pk_console_users", row => row.id));
        migrationBuilder.CreateIndex("ix_console_users_email", "console_users", "email", unique: true);
        migrationBuilder.CreateIndex("ix_console_users_creditor_id", "console_users", "creditor_id");

        migrationBuilder.CreateTable("console_acts", table => new
        {
            id = table.Column<Guid>(),
            creditor_id = table.Column<Guid>(),
            user_id = table.Column<Guid>(nullable: true),
            name = table.Column<string>(maxLength: 140),
            act = table.Column<string>(maxLength: 60),
            subject = table.Column<string>(maxLength: 200),
            at = table.Column<DateTime>(),
        }, constraints: table => table.PrimaryKey("pk_console_acts", row => row.id));
        migrationBuilder.CreateIndex("ix_console_acts_creditor_id_id", "console_acts", ["creditor_id", "id"]);

        // Few wait for a person, among all that ever went to the bank; every page of the console counts them.
        migrationBuilder.CreateIndex("ix_direct_debits_unsettled", "direct_debits", ["creditor_id", "number"], filter: "is_unsettled");
    }
}
