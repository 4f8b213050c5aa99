using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Domi.Engine.Migrations;

/// <summary>A second person signs.</summary>
[DbContext(typeof(EngineDb)), Migration("20261203000000_CoSigning")]
internal sealed class CoSigning : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.AddColumn<string>("co_signing", "profiles", maxLength: 32, defaultValue: "None");

        migrationBuilder.AddColumn<string>("co_signer_name", "mandates", maxLength: 70, nullable: true);
        migrationBuilder.AddColumn<string>("co_signer_email", "mandates", maxLength: 254, nullable: true);
        migrationBuilder.AddColumn<string>("co_sign_token_hash", "mandates", maxLength: 64, nullable: true);
        migrationBuilder.AddColumn<string>("co_evidence_json", "mandates", nullable: true);
        migrationBuilder.CreateIndex("ix_mandates_co_sign_token_hash", "mandates", "co_sign_token_hash", unique: true);

        migrationBuilder.AddColumn<bool>("is_co_signer", "identifications", defaultValue: false);
    }
}
