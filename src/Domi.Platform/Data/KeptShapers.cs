using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Query;
using Microsoft.EntityFrameworkCore.Storage;

namespace Domi.Platform;

#pragma warning disable EF9100 // nothing else stands between a query and its compilation
/// <summary>
/// EF hands a query to the compiler with the function that makes rows into objects inside it, and what is inside is made a delegate anew each time
/// that the query runs: a twentieth of a write. Here what needs nothing from outside is compiled once and put in its place.
/// </summary>
internal sealed class KeptShapers(
    ShapedQueryCompilingExpressionVisitorDependencies dependencies, RelationalShapedQueryCompilingExpressionVisitorDependencies relational, RelationalCommandBuilderDependencies commands)
    : RelationalLiftableConstantProcessor(dependencies, relational, commands)
{
    public override Expression InlineConstants(Expression expression, bool supportsPrecompiledQuery)
    {
        var inlined = base.InlineConstants(expression, supportsPrecompiledQuery);
        return inlined is LambdaExpression query ? new Inner(query).Keep() : inlined;
    }

    /// <summary>
    /// What the model knows and a query needs stands in the query as a function that finds it again, for queries that are compiled when built; each
    /// of them, some seven a query, was compiled to be called once. This process still has what they would find.
    /// </summary>
    protected override ConstantExpression InlineConstant(LiftableConstantExpression liftable) =>
        liftable is { ResolverExpression: Expression<Func<MaterializerLiftableConstantContext, object>>, OriginalExpression: { Value: not null } known } ? known : base.InlineConstant(liftable);

    private sealed class Inner(LambdaExpression query) : ExpressionVisitor
    {
        private HashSet<ParameterExpression> used = [];

        public Expression Keep() => Visit(query);

        protected override Expression VisitParameter(ParameterExpression node)
        {
            used.Add(node);
            return node;
        }

        protected override Expression VisitBlock(BlockExpression node)
        {
            var visited = base.VisitBlock(node);
            used.ExceptWith(node.Variables);
            return visited;
        }

        protected override CatchBlock VisitCatchBlock(CatchBlock node)
        {
            var visited = base.VisitCatchBlock(node);
            if (node.Variable is not null) used.Remove(node.Variable);
            return visited;
        }

        protected override Expression VisitLambda<T>(Expression<T> node)
        {
            var outside = used;
            used = [];
            var visited = (Expression<T>)base.VisitLambda(node);
            used.ExceptWith(node.Parameters);
            var isClosed = used.Count == 0;
            used.UnionWith(outside);
            return isClosed && !ReferenceEquals(node, query) ? Expression.Constant(visited.Compile(), node.Type) : visited;
        }

        protected override Expression VisitUnary(UnaryExpression node)
        {
            if (node.NodeType != ExpressionType.Quote) return base.VisitUnary(node);
            used.UnionWith(query.Parameters); // an expression as a value stays one, and who knows what it refers to
            return node;
        }
    }
}

internal static class KeptQueries
{
    public static DbContextOptionsBuilder KeepShapers(this DbContextOptionsBuilder options) => options.ReplaceService<ILiftableConstantProcessor, KeptShapers>();
}
#pragma warning restore EF9100
