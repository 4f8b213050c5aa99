using Domi.Testing;

namespace Domi.Engine.Tests.Wire;

public sealed class WireMessagesTests(AppFixture app) : IClassFixture<AppFixture>
{
    private readonly EngineClient client = new(app);

    [Theory]
    [InlineData("en", "No contract was found")]
    [InlineData("fr-BE", "Ce mandat n’existe pas.")]
    [InlineData("nl", "Dit mandaat bestaat niet.")]
    [InlineData("de", "Dieses Mandat gibt es nicht.")]
    [InlineData("pt-PT", "Nenhum contrato foi encontrado")]
    [InlineData("es", "No se encontró ningún contrato")]
    [InlineData("it-IT,it;q=0.9", "Nessun contratto trovato")]
    [InlineData("ja", "No contract was found")]
    public async Task A_message_is_in_the_language_that_is_asked_for(string language, string message)
    {
        using var answer = await client.SendAsync(HttpMethod.Get, "/mandate/detail?mndtId=NOBODY", null, ("Accept-Language", language));

        var body = System.Text.Json.JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
        Assert.Equal(("err_no_contract", message), (body.GetProperty("code").GetString(), body.GetProperty("message").GetString()));
    }
}
