using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Metadata.Internal;

namespace Domi.BackOffice.Compiled;

/// <summary>What <see cref="OfficeDb"/> knows of its tables, in the published program: generated, but for the filters, which cannot be.</summary>
public partial class OfficeDbModel
{
    partial void Customize()
    {
        foreach (var (type, filter) in OfficeDb.Filters())
        {
            var table = FindEntityType(type.FullName!)!;
#pragma warning disable EF1001 // as the library keeps them in a model that is not compiled
            table.AddAnnotation(CoreAnnotationNames.QueryFilter, new QueryFilterCollection([new RuntimeQueryFilter(null, filter)]));
#pragma warning restore EF1001
            if (((IReadOnlyEntityType)table).GetDeclaredQueryFilters().Count != 1) throw new InvalidOperationException($"{type.Name} would be seen by every own company.");
        }
    }
}
