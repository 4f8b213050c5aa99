using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Domi.Engine.Migrations;

/// <summary>What was announced to debtors and when, why something open did not go to the bank, and the bank's SFTP server.</summary>
[DbContext(typeof(EngineDb)), Migration("20261206000000_Announcements")]
internal sealed class Announcements : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.AddColumn<bool>("announces_collections", "profiles", defaultValue: false);

        migrationBuilder.CreateTable("announcements", table => new
        {
            id = table.Column<Guid>(),
            creditor_id = table.Column<Guid>(),
            direct_debit_id = table.Column<Guid>(),
            by = table.Column<string>(maxLength: 32),
            collect_on = table.Column<DateOnly>(),
            amount = table.Column<decimal>(precision: 18, scale: 2),
            mail_id = table.Column<Guid>(nullable: true),
            announced_at = table.Column<DateTime>(nullable: true),
            note = table.Column<string>(maxLength: 300, nullable: true),
            recorded_by = table.Column<string>(maxLength: 140, nullable: true),
            created_at = table.Column<DateTime>(),
        }, constraints: table => table.PrimaryKey("pk_announcements", row => row.id));
        migrationBuilder.CreateIndex("ix_announcements_direct_debit_id", "announcements", "direct_debit_id");
        migrationBuilder.CreateIndex("ix_announcements_mail_id", "announcements", "mail_id", filter: "mail_id is not null");
        // What an invoice announced before there was a row for it.
        migrationBuilder.Sql(
            """
            insert into announcements (id, creditor_id, direct_debit_id, "by", collect_on, amount, announced_at, created_at)
            select d.id, d.creditor_id, d.id, case when i.scheduled_on is null then 'Invoice' else 'Debtor' end, d.requested_on, d.amount, coalesce(i.announced_at, d.created_at), d.created_at
            from direct_debits d join invoices i on i.id = d.invoice_id
            where d.state in ('Open', 'Sent') and d.attempt = 1 and d.subscription_id is null and not d.is_card
            """);

        foreach (var table in new[] { "direct_debits", "credit_transfers" })
        {
            migrationBuilder.AddColumn<string>("held_because", table, maxLength: 32, nullable: true);
            migrationBuilder.AddColumn<string>("held_detail", table, maxLength: 100, nullable: true);
        }

        migrationBuilder.AddColumn<string>("sftp_host", "bank_contracts", maxLength: 253, nullable: true);
        migrationBuilder.AddColumn<int>("sftp_port", "bank_contracts", defaultValue: 22);
        migrationBuilder.AddColumn<string>("sftp_user", "bank_contracts", maxLength: 100, nullable: true);
        migrationBuilder.AddColumn<string>("sftp_secret_sealed", "bank_contracts", nullable: true);
        migrationBuilder.AddColumn<string>("sftp_out", "bank_contracts", maxLength: 200, defaultValue: "");
        migrationBuilder.AddColumn<string>("sftp_in", "bank_contracts", maxLength: 200, defaultValue: "");
        migrationBuilder.AddColumn<string>("sftp_key", "bank_contracts", maxLength: 64, nullable: true);
        migrationBuilder.AddColumn<string>("sftp_key_shown", "bank_contracts", maxLength: 64, nullable: true);
        migrationBuilder.AddColumn<DateTime>("sftp_due_at", "bank_contracts", nullable: true);
        migrationBuilder.AddColumn<string>("sftp_problem", "bank_contracts", maxLength: 32, nullable: true);
        migrationBuilder.AddColumn<int>("hand_over_attempts", "outgoing_files", defaultValue: 0);
        migrationBuilder.AddColumn<string>("hand_over_problem", "outgoing_files", maxLength: 32, nullable: true);
        migrationBuilder.AddColumn<DateTime>("uploaded_at", "outgoing_files", nullable: true);
        migrationBuilder.CreateTable("fetched_files", table => new
        {
            id = table.Column<Guid>(),
            creditor_id = table.Column<Guid>(),
            name = table.Column<string>(maxLength: 200),
            size_bytes = table.Column<long>(),
            modified_at = table.Column<DateTime>(),
            sha256 = table.Column<string>(maxLength: 64),
            fetched_at = table.Column<DateTime>(),
            problem = table.Column<string>(maxLength: 300, nullable: true),
        }, constraints: table => table.PrimaryKey("pk_fetched_files", row => row.id));
        migrationBuilder.CreateIndex("ix_fetched_files_creditor_id_name", "fetched_files", ["creditor_id", "name"]);
        migrationBuilder.CreateIndex("ix_fetched_files_creditor_id_sha256", "fetched_files", ["creditor_id", "sha256"]);
    }
}
