using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Domi.BackOffice.Migrations;

/// <summary>
/// Indexes for the list of invoices: figures and views are counted on what is open, without reading the invoices themselves. What may be
/// once only is kept by an index: one invitation under way for a relation, one connection in use for an own company.
/// </summary>
[DbContext(typeof(OfficeDb)), Migration("20261125000000_OpenInvoices")]
internal sealed class OpenInvoices : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.DropIndex("ix_invoices_own_company_id_payment_state_due_on", "invoices");
        migrationBuilder.DropIndex("ix_invoices_own_company_id_send_state", "invoices");
        migrationBuilder.CreateIndex(
            "ix_invoices_open",
            "invoices",
            ["own_company_id", "state", "payment_state", "kind", "date", "due_on", "method", "provider_state", "failure_code", "link_state", "send_state", "total_excl_vat", "total_incl_vat", "paid", "open"],
            filter: "payment_state in ('Unpaid', 'PartiallyPaid')");
        migrationBuilder.CreateIndex("ix_invoices_own_company_id_state_send_state_date", "invoices", ["own_company_id", "state", "send_state", "date"]);
        migrationBuilder.CreateIndex("ix_invoices_handing_over", "invoices", ["sent_at"], filter: "send_state = 'HandingOver'");

        migrationBuilder.AddColumn<DateTime>("checked_at", "connections", nullable: true);
        migrationBuilder.AddColumn<int>("check_differences", "connections", nullable: false, defaultValue: 0);
        migrationBuilder.CreateIndex("ix_invitations_under_way", "invitations", ["relation_id"], unique: true, filter: "state in ('Planned', 'Inviting')");
        migrationBuilder.CreateIndex("ix_connections_active", "connections", ["own_company_id"], unique: true, filter: "is_active");
    }
}
