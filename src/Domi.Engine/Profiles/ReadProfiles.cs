using System.Text.Json.Nodes;
using Domi.Engine.Wire;
using Domi.Platform;
using Domi.Standards;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Profiles;

/// <summary><c>GET /creditor/template</c>: the creditor's profiles; <c>GET /creditor/legal</c>: the wording of mandates in a language.</summary>
internal static class ReadProfiles
{
    public static void Map(IEndpointRouteBuilder creditor)
    {
        creditor.MapGet("template", HandleAsync);
        creditor.MapGet("legal", LegalAsync);
    }

    private static async Task<IResult> HandleAsync(Call call, EngineDb db, CancellationToken ct)
    {
        var profiles = await db.Profiles.AsNoTracking().Where(p => p.CreditorId == call.CreditorId).OrderBy(p => p.Number).ToListAsync(ct);
        return Json.Answer(new JsonArray([.. profiles.Select(p => (JsonNode)new JsonObject
        {
            ["id"] = p.Number,
            ["name"] = p.Name,
            ["active"] = p.IsActive,
            ["type"] = p.WireType,
            ["mandateNumberRequired"] = !p.NeedsOwnReference, // true: the profile gives the number
            ["Attributes"] = new JsonArray([.. ProfileAttributes.Of(p).Concat(p.Kind is AgreementKind.CreditCard ? ProfileAttributes.OfCards : []).Select(a => (JsonNode)new JsonObject
            {
                ["name"] = a.Name,
                ["type"] = a.Type,
                ["description"] = a.Description,
                ["Options"] = new JsonArray([.. a.Options.Select(o => (JsonNode)o)]),
                ["mandatory"] = a.IsMandatory,
                ["readonly"] = a.IsReadOnly,
            })]),
        })]));
    }

    private static async Task<IResult> LegalAsync(Call call, EngineDb db, Texts texts, CancellationToken ct)
    {
        var language = Texts.LanguageOf(call.TextOf(10, "locale", "l") ?? "en");
        var name = await db.Creditors.Where(c => c.Id == call.CreditorId).Select(c => c.Name).SingleAsync(ct);
        var core = SepaMandateText.For(MandateScheme.Core, language, name);
        var b2b = SepaMandateText.For(MandateScheme.B2B, language, name);
        return Json.Answer(new JsonObject
        {
            ["bySigning"] = core.Paragraphs[0],
            ["rightsCore"] = string.Join(' ', core.Paragraphs.Skip(1)),
            ["rightsB2b"] = string.Join(' ', b2b.Paragraphs.Skip(1)),
            ["infoCorrect"] = texts.In(language)["legal.info_correct"],
        });
    }
}
