using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Domi.Engine.Migrations;

/// <summary>What was announced to debtors and when, and why something open did not go to the bank.</summary>
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
    }
}
