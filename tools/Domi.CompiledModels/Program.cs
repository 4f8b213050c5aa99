// Writes what the modules' contexts know of their tables, on SQLite, as code: FOLDER/Domi.BackOffice and FOLDER/Domi.Engine, for the program
// that is published. To find it out at every start takes a fifth of the start, and memory that is kept.
// Usage: Domi.CompiledModels FOLDER
using Domi.BackOffice;
using Domi.Engine;
using Domi.Platform;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Scaffolding;
using Microsoft.EntityFrameworkCore.Sqlite.Design.Internal;
using Microsoft.Extensions.DependencyInjection;

if (args is not [var folder]) throw new ArgumentException("Usage: Domi.CompiledModels FOLDER");

Write<OfficeDb>(options => new(options));
Write<EngineDb>(options => new(options));

void Write<T>(Func<DbContextOptions<T>, T> open)
    where T : ModuleDb
{
    var options = new DbContextOptionsBuilder<T>();
    Databases.Configure(options, DatabaseProvider.Sqlite, "Data Source=:memory:");
    using var db = open(((DbContextOptionsBuilder<T>)options.ReplaceService<IModelCustomizer, WithoutFilters>()).Options);

#pragma warning disable EF1001 // as the tools do that come with the library
    var services = new ServiceCollection().AddEntityFrameworkDesignTimeServices().AddDbContextDesignTimeServices(db);
    new SqliteDesignTimeServices().ConfigureDesignTimeServices(services);
#pragma warning restore EF1001
    using var provider = services.BuildServiceProvider();
    var target = Path.Combine(folder, typeof(T).Namespace!);
    if (Directory.Exists(target)) Directory.Delete(target, recursive: true);
    var files = provider.GetRequiredService<ICompiledModelScaffolder>().ScaffoldModel(db.GetService<IDesignTimeModel>().Model, target, new()
    {
        ContextType = typeof(T),
        ModelNamespace = typeof(T).Namespace + ".Compiled",
        Language = "C#",
        UseNullableReferenceTypes = true,
    });

    // It would have the model taken whatever the provider is.
    foreach (var file in files.Where(f => f.EndsWith("AssemblyAttributes.cs", StringComparison.Ordinal))) File.Delete(file);
}

/// <summary>Filters cannot be written as code: the program adds them to what was.</summary>
internal sealed class WithoutFilters(ModelCustomizerDependencies dependencies) : RelationalModelCustomizer(dependencies)
{
    public override void Customize(ModelBuilder modelBuilder, DbContext context)
    {
        base.Customize(modelBuilder, context);
        foreach (var entity in modelBuilder.Model.GetEntityTypes()) entity.SetQueryFilter(null);
    }
}
