using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Domi.Engine.Migrations;

/// <summary>
/// One customer of an e-mail address and one mandate begun from an invoice, whoever comes at the same moment; numbers of objects that lock
/// nothing; collections that the creditor forces; and the lengths of the API.
/// </summary>
[DbContext(typeof(EngineDb)), Migration("20261126000000_OneOfEach")]
internal sealed class OneOfEach : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.AddColumn<string>("email_key", "customers", maxLength: 254, nullable: true);
        migrationBuilder.Sql("""
            update customers set email_key = lower(email)
            where customer_number is not null or not exists (
                select 1 from customers o
                where o.creditor_id = customers.creditor_id and o.customer_number is null and lower(o.email) = lower(customers.email) and o.id < customers.id)
            """);
        migrationBuilder.DropIndex("ix_customers_creditor_id_email", "customers");
        migrationBuilder.CreateIndex("ix_customers_creditor_id_email_key", "customers", ["creditor_id", "email_key"]);
        migrationBuilder.CreateIndex("ix_customers_by_address_alone", "customers", ["creditor_id", "email_key"], unique: true, filter: "customer_number is null");

        migrationBuilder.Sql("""
            delete from mandates where state = 'Prepared' and exists (
                select 1 from mandates o where o.invoice_id = mandates.invoice_id and o.state = 'Prepared' and o.id < mandates.id)
            """);
        migrationBuilder.CreateIndex("ix_mandates_one_begun", "mandates", "invoice_id", unique: true, filter: "state = 'Prepared'");

        migrationBuilder.AddColumn<bool>("is_forced", "direct_debits", defaultValue: false);

        if (migrationBuilder.ActiveProvider?.EndsWith("PostgreSQL", StringComparison.Ordinal) == true)
        {
            migrationBuilder.Sql("create sequence object_numbers");
            migrationBuilder.Sql("select setval('object_numbers', (select coalesce(max(object_counter), 0) + 1 from creditors), false)");
            migrationBuilder.Sql("alter table customers alter column zip type varchar(50), alter column mobile type varchar(50), alter column enterprise_number type varchar(50)");
            migrationBuilder.Sql("alter table mandates alter column debtor_zip type varchar(50)");
        }
    }
}
