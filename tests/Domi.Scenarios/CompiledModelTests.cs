using System.Reflection;
using System.Runtime.Loader;
using Domi.BackOffice;
using Domi.Engine;
using Domi.Platform;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Xunit;

namespace Domi.Scenarios;

/// <summary>
/// The published program has the model of its tables compiled in, and its tenants' filters added to that: it must ask the database what the
/// model that is made at run time asks, which every other test has.
/// </summary>
public sealed class CompiledModelTests
{
    [Fact]
    public void The_published_office_asks_for_every_table_what_the_tested_one_asks() => Compare<OfficeDb>(options => new(options), filtered: OfficeDb.Filters().Count);

    [Fact]
    public void The_published_engine_asks_for_every_table_what_the_tested_one_asks() => Compare<EngineDb>(options => new(options), filtered: 0);

    private static void Compare<T>(Func<DbContextOptions<T>, T> open, int filtered)
        where T : ModuleDb
    {
        Assert.SkipWhen(Environment.GetEnvironmentVariable("DOMI_PROGRAM") is null, "no published program");
        var options = new DbContextOptionsBuilder<T>();
        Databases.Configure<T>(options, DatabaseProvider.Sqlite, "Data Source=:memory:");
        using var tested = open(options.Options);
        using var published = OpenPublished(typeof(T));

        Assert.Equal("RuntimeModel", tested.Model.GetType().Name);
        Assert.Equal(typeof(T).Name + "Model", published.Model.GetType().Name);
        Assert.Equal(Tables(tested), Tables(published));
        Assert.All(published.Model.GetEntityTypes().SelectMany(e => e.GetProperties()), p => Assert.Equal(p.ClrType.IsValueType && Nullable.GetUnderlyingType(p.ClrType) is null ? Activator.CreateInstance(p.ClrType) : null, p.Sentinel));
        Assert.Equal(filtered, published.Model.GetEntityTypes().Count(e => e.GetDeclaredQueryFilters().Count == 1));
    }

    private static List<string> Tables(DbContext db) =>
        [.. db.Model.GetEntityTypes().OrderBy(e => e.Name, StringComparer.Ordinal).Select(e => $"{e.Name}: {Sql(db, e)} {string.Join(", ", e.GetKeys().Select(k => k.ToString()))} {string.Join(", ", e.GetProperties().Select(p => $"{p.Name} {p.GetColumnType()} {p.IsConcurrencyToken} {p.ValueGenerated}"))}")];

    private static string Sql(DbContext db, IEntityType entity) =>
        ((IQueryable)typeof(DbContext).GetMethod(nameof(DbContext.Set), 1, [])!.MakeGenericMethod(entity.ClrType).Invoke(db, null)!).ToQueryString();

    // The program's own assemblies, beside ours: only what both have from libraries is shared.
    private static DbContext OpenPublished(Type context)
    {
        var program = new Program();
        var type = program.LoadFromAssemblyName(context.Assembly.GetName()).GetType(context.FullName!)!;
        var configure = program.LoadFromAssemblyName(typeof(Databases).Assembly.GetName()).GetType(typeof(Databases).FullName!)!.GetMethods().Single(m => m is { Name: nameof(Databases.Configure), IsGenericMethodDefinition: true });
        var options = (DbContextOptionsBuilder)Activator.CreateInstance(typeof(DbContextOptionsBuilder<>).MakeGenericType(type))!;
        configure.MakeGenericMethod(type).Invoke(null, [options, Enum.ToObject(configure.GetParameters()[1].ParameterType, (int)DatabaseProvider.Sqlite), "Data Source=:memory:"]);
        return (DbContext)Activator.CreateInstance(type, options.Options)!;
    }

    private sealed class Program() : AssemblyLoadContext("published")
    {
        private static readonly string Folder = Environment.GetEnvironmentVariable("DOMI_PROGRAM")!;

        protected override Assembly? Load(AssemblyName assemblyName) =>
            assemblyName.Name!.StartsWith("Domi.", StringComparison.Ordinal) ? LoadFromAssemblyPath(Path.GetFullPath(Path.Combine(Folder, assemblyName.Name + ".dll"))) : null;
    }
}
