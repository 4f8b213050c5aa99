using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Domi.Engine.Migrations;

/// <summary>How hosted pages look and what they offer: branding of a creditor, options of a profile; and what debtors did on them.</summary>
[DbContext(typeof(EngineDb)), Migration("20261129000000_HostedPages")]
internal sealed class HostedPages : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.AddColumn<string>("logo_hash", "creditors", maxLength: 64, nullable: true);
        migrationBuilder.AddColumn<string>("accent", "creditors", maxLength: 6, nullable: true);
        migrationBuilder.AddColumn<string>("thank_you_url", "creditors", maxLength: 500, nullable: true);
        migrationBuilder.AddColumn<string>("support_url", "creditors", maxLength: 500, nullable: true);
        migrationBuilder.CreateIndex("ix_creditors_logo_hash", "creditors", "logo_hash");

        migrationBuilder.AddColumn<bool>("offers_transfer", "profiles", defaultValue: true);
        migrationBuilder.AddColumn<bool>("offers_automatic", "profiles", defaultValue: true);
        migrationBuilder.AddColumn<int>("schedule_days", "profiles", defaultValue: 30);
        migrationBuilder.AddColumn<bool>("shows_history", "profiles", defaultValue: false);
        migrationBuilder.AddColumn<bool>("takes_questions", "profiles", defaultValue: false);
        migrationBuilder.AddColumn<bool>("asks_for_email", "profiles", defaultValue: false);
        migrationBuilder.AddColumn<bool>("shows_qr", "profiles", defaultValue: true);
        migrationBuilder.AddColumn<string>("invoice_pdf", "profiles", maxLength: 32, defaultValue: "IfThere");
        migrationBuilder.AddColumn<string>("pay_message", "profiles", maxLength: 140, nullable: true);
        migrationBuilder.AddColumn<string>("thank_you_url", "profiles", maxLength: 500, nullable: true);
        migrationBuilder.AddColumn<string>("page_texts_json", "profiles", nullable: true);

        migrationBuilder.AddColumn<DateOnly>("scheduled_on", "invoices", nullable: true);

        // What signers gave before this was kept apart counts as the creditor's word.
        migrationBuilder.AddColumn<bool>("email_is_given", "customers", defaultValue: false);

        // Those that nobody ended are told every night.
        migrationBuilder.CreateIndex("ix_identifications_state_created_at", "identifications", ["state", "created_at"]);

        migrationBuilder.CreateTable("page_events", table => new
        {
            id = table.Column<Guid>(),
            creditor_id = table.Column<Guid>(),
            about_id = table.Column<Guid>(),
            kind = table.Column<string>(maxLength: 32),
            text = table.Column<string>(maxLength: 2000, nullable: true),
            at = table.Column<DateTime>(),
        }, constraints: table => table.PrimaryKey("pk_page_events", row => row.id));
        migrationBuilder.CreateIndex("ix_page_events_creditor_id_about_id", "page_events", ["creditor_id", "about_id"]);
    }
}
