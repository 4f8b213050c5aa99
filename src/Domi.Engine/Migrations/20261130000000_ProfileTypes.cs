using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Domi.Engine.Migrations;

/// <summary>Agreements on a card and contracts without an account, identity providers, and what a client says of an invoice for itself.</summary>
[DbContext(typeof(EngineDb)), Migration("20261130000000_ProfileTypes")]
internal sealed class ProfileTypes : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.AddColumn<string>("kind", "profiles", maxLength: 32, defaultValue: "DirectDebit");

        migrationBuilder.AddColumn<string>("kind", "mandates", maxLength: 32, defaultValue: "DirectDebit");
        migrationBuilder.AddColumn<string>("card_token", "mandates", maxLength: 100, nullable: true);
        migrationBuilder.AddColumn<DateOnly>("card_expires_on", "mandates", nullable: true);
        migrationBuilder.AddColumn<string>("card_last", "mandates", maxLength: 4, nullable: true);
        migrationBuilder.AddColumn<string>("card_brand", "mandates", maxLength: 32, nullable: true);
        migrationBuilder.AddColumn<string>("card_holder_id", "mandates", maxLength: 100, nullable: true);
        migrationBuilder.AddColumn<DateOnly>("card_noticed_on", "mandates", nullable: true);
        migrationBuilder.AddColumn<string>("contract_hash", "mandates", maxLength: 64, nullable: true);
        migrationBuilder.CreateIndex("ix_pay_links_mandate_id", "pay_links", "mandate_id", filter: "mandate_id is not null");
        migrationBuilder.CreateIndex("ix_mandates_card_expires_on", "mandates", "card_expires_on", filter: "state = 'Signed' and card_expires_on is not null");

        migrationBuilder.AddColumn<bool>("is_card", "direct_debits", defaultValue: false);

        migrationBuilder.AddColumn<string>("campaign", "invoices", maxLength: 250, nullable: true);
        migrationBuilder.AddColumn<string>("attributes_json", "invoices", nullable: true);

        migrationBuilder.AddColumn<string>("state_hash", "identifications", maxLength: 64, nullable: true);
        migrationBuilder.AddColumn<string>("exchange_sealed", "identifications", maxLength: 2000, nullable: true);
        migrationBuilder.AddColumn<string>("subject", "identifications", maxLength: 255, nullable: true);
        migrationBuilder.CreateIndex("ix_identifications_state_hash", "identifications", "state_hash", unique: true);

        if (migrationBuilder.ActiveProvider?.EndsWith("PostgreSQL", StringComparison.Ordinal) == true)
            migrationBuilder.Sql("alter table mandates alter column campaign type varchar(250)");
    }
}
