using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Domi.Engine.Migrations;

/// <summary>Keys of the API that may do less than everything, and what people write down about a mandate.</summary>
[DbContext(typeof(EngineDb)), Migration("20261201000000_ConsoleScopes")]
internal sealed class ConsoleScopes : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.AddColumn<bool>("is_read_only", "api_keys", defaultValue: false);
        migrationBuilder.AddColumn<string>("groups", "api_keys", maxLength: 200, nullable: true);

        migrationBuilder.CreateTable("mandate_comments", table => new
        {
            id = table.Column<Guid>(),
            creditor_id = table.Column<Guid>(),
            mandate_id = table.Column<Guid>(),
            name = table.Column<string>(maxLength: 140),
            text = table.Column<string>(maxLength: 1000),
            is_public = table.Column<bool>(),
            at = table.Column<DateTime>(),
        }, constraints: table => table.PrimaryKey("pk_mandate_comments", row => row.id));
        migrationBuilder.CreateIndex("ix_mandate_comments_mandate_id_id", "mandate_comments", ["mandate_id", "id"]);
    }
}
