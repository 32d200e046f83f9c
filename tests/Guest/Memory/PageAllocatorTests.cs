using CameraFabric.Guest.Memory;
using FsCheck;
using FsCheck.Fluent;

namespace CameraFabric.Guest.Tests.Memory;

public sealed class PageAllocatorTests
{
    [Fact]
    public void Runs_never_overlap_and_every_page_comes_back()
    {
        const int Pages = 40;
        var steps = Gen.Choose(-8, 12).Where(n => n != 0).ArrayOf();
        Check.QuickThrowOnFailure(Prop.ForAll(steps.ToArbitrary(), script =>
        {
            var pages = new PageAllocator(Pages);
            var runs = new List<(int First, int Count)>();
            foreach (var step in script)
            {
                if (step > 0)
                {
                    var alignment = step % 4 == 0 ? 4 : 1;
                    var gap = Enumerable.Range(0, Pages - step + 1).Where(f => f % alignment == 0)
                        .Any(f => runs.All(r => r.First + r.Count <= f || r.First >= f + step));
                    Assert.Equal(gap, pages.TryAllocate(step, alignment, out var first));
                    if (!gap) continue;
                    Assert.Equal(0, first % alignment);
                    Assert.InRange(first, 0, Pages - step);
                    Assert.All(runs, r => Assert.True(r.First + r.Count <= first || r.First >= first + step));
                    runs.Add((first, step));
                }
                else if (runs.Count > 0)
                {
                    var at = -step % runs.Count;
                    Assert.Equal(runs[at].Count, pages.Release(runs[at].First));
                    runs.RemoveAt(at);
                }

                Assert.Equal(Pages - runs.Sum(r => r.Count), pages.Free);
            }

            foreach (var run in runs) pages.Release(run.First);
            Assert.True(pages.TryAllocate(Pages, 1, out _));
        }));
    }

    [Fact]
    public void A_run_can_be_released_only_once_and_only_by_its_first_page()
    {
        var pages = new PageAllocator(8);
        Assert.True(pages.TryAllocate(3, 1, out var first));
        Assert.Throws<ArgumentException>(() => pages.Release(first + 1));
        Assert.Throws<ArgumentException>(() => pages.Release(-1));
        Assert.Throws<ArgumentException>(() => pages.Release(8));
        pages.Release(first);
        Assert.Throws<ArgumentException>(() => pages.Release(first));
    }
}
