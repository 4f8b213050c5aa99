using System.Text.Json;
using Domi.BackOffice.Invoices;
using Domi.Testing;

namespace Domi.BackOffice.Tests.Statements;

public sealed class StatementsApiTests(OfficeFixture app) : IClassFixture<OfficeFixture>
{
    private readonly Story story = new(app);

    [Fact]
    public async Task A_file_is_posted_as_it_is_and_answered_per_statement()
    {
        var (bank, invoice) = (await Bank.WithAnAccountAsync(app), await story.WhenNumbered(await story.GivenAProposal(await story.GivenARelation())));
        var file = bank.Statement(1, 0m, new(121m, Bank.Ogm(invoice)), new(5m, Text: "what is it"));

        var (status, first) = await PostAsync(file);
        Assert.Equal((HttpStatusCode.OK, "Booked", 2), (status, first.GetProperty("statements")[0].GetProperty("outcome").GetString(), first.GetProperty("statements")[0].GetProperty("payments").GetInt32()));
        Assert.Equal(PaymentState.Paid, (await story.Read(invoice.Id)).PaymentState);
        var (_, again) = await PostAsync(file);
        Assert.Equal("Already", again.GetProperty("statements")[0].GetProperty("outcome").GetString());

        using var read = await app.OfficeHttp.GetAsync($"/api/v1/statements/{first.GetProperty("statements")[0].GetProperty("id").GetString()}");
        var statement = JsonDocument.Parse(await read.Content.ReadAsStringAsync()).RootElement;
        Assert.Equal((1, 126m, false), (statement.GetProperty("toDo").GetInt32(), statement.GetProperty("credits").GetDecimal(), statement.GetProperty("isBeingMatched").GetBoolean()));
        using var none = await app.OfficeHttp.GetAsync($"/api/v1/statements/{Guid.CreateVersion7()}");
        Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_is_refused_with_its_place()
    {
        var (status, problem) = await PostAsync("<Document><BkToCstmrStmt><Stmt>"u8.ToArray());
        Assert.Equal((HttpStatusCode.Conflict, "statement_file_refused"), (status, problem.GetProperty("code").GetString()));
        Assert.Contains("line 1", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Conflict, (await PostAsync([])).Status);
    }

    private async Task<(HttpStatusCode Status, JsonElement Answer)> PostAsync(byte[] file)
    {
        using var body = new ByteArrayContent(file);
        using var answer = await app.OfficeHttp.PostAsync("/api/v1/statements?fileName=statement.xml", body);
        return (answer.StatusCode, JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.Clone());
    }
}
