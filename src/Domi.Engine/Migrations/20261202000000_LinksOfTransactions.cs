using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Domi.Engine.Migrations;

/// <summary>The payment links that were made for a transaction are found without reading all of the creditor's.</summary>
[DbContext(typeof(EngineDb)), Migration("20261202000000_LinksOfTransactions")]
internal sealed class LinksOfTransactions : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.CreateIndex("ix_pay_links_creditor_id_transaction_numbers", "pay_links", ["creditor_id", "transaction_numbers"], filter: "transaction_numbers is not null");
}
