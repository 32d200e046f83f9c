using CameraFabric.House.Tests.Tree;

namespace CameraFabric.House.Tests.Specification;

/// <summary>docs/virtio-camera.md: no normative statement without a test, no test in the table that does not exist.</summary>
public sealed class ConformanceTests
{
    private const string Name = "docs/virtio-camera.md";

    [Fact]
    public void Every_row_of_the_conformance_table_names_tests_that_exist()
    {
        var wrong =
            from row in Table().Rows
            let missing = row.Tests.Where(t => !TestMethods.All.Any(m => m == t || m.EndsWith("." + t, StringComparison.Ordinal))).ToList()
            where row.Tests.Count == 0 || missing.Count > 0
            select row.Tests.Count == 0 ? $"{row.Id} names no test" : $"{row.Id} names no test of this house: {string.Join(", ", missing)}";
        Rule.Holds(wrong);
    }

    [Fact]
    public void Every_statement_in_the_text_has_a_row()
    {
        var table = Table();
        Rule.Holds(table.Anchors.Except(table.Rows.Select(r => r.Id)).Order());
    }

    [Fact]
    public void Every_row_belongs_to_one_statement_in_the_text()
    {
        var table = Table();
        Rule.Holds(table.Rows.Select(r => r.Id).Except(table.Anchors).Order());
        Rule.Holds(table.Rows.GroupBy(r => r.Id).Where(g => g.Count() > 1).Select(g => $"{g.Key} has {g.Count()} rows"));
    }

    [Fact]
    public void A_test_in_the_table_is_named_with_its_class() =>
        Rule.Holds(Table().Rows.SelectMany(r => r.Tests).Where(t => t.Split('.').Length < 2));

    [Fact]
    public void A_table_is_read_with_its_anchors()
    {
        var table = ConformanceTable.Parse("""
            The device MUST answer (VC-01). It MUST NOT lie [VC-02].

            | id | statement | test |
            |---|---|---|
            | VC-01 | answers | `A.B.Answers`, A.B.Answers_soon |
            | VC-03 | either \| or | A.B.Or |
            """);
        Assert.Equal(["VC-01", "VC-02"], table.Anchors.Order());
        Assert.Equal(["VC-01", "VC-03"], table.Rows.Select(r => r.Id));
        Assert.Equal(["A.B.Answers", "A.B.Answers_soon"], table.Rows[0].Tests);
        Assert.Equal(["A.B.Or"], table.Rows[1].Tests);
    }

    [Fact]
    public void The_search_for_tests_finds_facts_and_theories_and_nothing_else()
    {
        var found = TestMethods.In("""
            namespace A.B;
            public class C
            {
                [Fact]
                public void One() { }
                public void Not_a_test() { }
                [Theory, InlineData("[Fact]")]
                [InlineData(2)]
                public async Task Two(int x) { }
                // [Fact] public void Commented_out() { }
            }
            public class D { [Fact] public ValueTask Three() => default; }
            """);
        Assert.Equal(["A.B.C.One", "A.B.C.Two", "A.B.D.Three"], found);
        var self = nameof(The_search_for_tests_finds_facts_and_theories_and_nothing_else);
        Assert.Contains($"{typeof(ConformanceTests).FullName}.{self}", TestMethods.All);
    }

    private static ConformanceTable Table()
    {
        var path = Repository.PathOf("docs", "virtio-camera.md");
        Assert.True(File.Exists(path), $"{Name} is missing: the specification comes with the code that implements it.");
        var table = ConformanceTable.Parse(File.ReadAllText(path));
        Assert.True(table.Rows.Count > 0,
            $"{Name} has no conformance table. Its rows look like: | VC-01 | statement | Namespace.Class.Test_name |");
        return table;
    }
}
