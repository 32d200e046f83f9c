using System.Globalization;

namespace CameraFabric.Platform.Tests.Threads;

public sealed class ThreadTuningTests
{
    private const int Nice = 19;
    private const int RealTimePriority = 40;
    private const int Policy = 41;

    [Theory]
    [InlineData("camera-0", "camera-0")]
    [InlineData("a name that is too long", "a name that is ")]
    [InlineData("vierzehn byte.é", "vierzehn byte.")]
    public void A_name_is_seen_by_the_kernel_cut_at_a_whole_character(string name, string seen)
    {
        var (kernel, managed) = OnThread(() =>
        {
            ThreadTuning.NameCurrent(name);
            return (File.ReadAllText("/proc/thread-self/comm").TrimEnd('\n'), Thread.CurrentThread.Name);
        });
        Assert.Equal(seen, kernel);
        Assert.Equal(name, managed);
    }

    [Fact]
    public void A_thread_is_bound_to_the_processors_asked_for()
    {
        var (first, done, error, allowed) = OnThread(() =>
        {
            var name = Allowed().Split(',', '-')[0];
            return (name, ThreadTuning.TrySetAffinity([int.Parse(name, CultureInfo.InvariantCulture)], out var why), why, Allowed());
        });
        Assert.True(done, error);
        Assert.Equal("", error);
        Assert.Equal(first, allowed);
    }

    [Theory]
    [InlineData(new int[0], "empty")]
    [InlineData(new[] { -1 }, "-1")]
    [InlineData(new[] { 4096 }, "4096")]
    [InlineData(new[] { 4095 }, "4095")]
    [InlineData(new[] { 0, 4095 }, "0,4095")]
    public void Processors_that_are_not_there_are_refused_and_nothing_changes(int[] cpus, string named)
    {
        var (done, error, unchanged) = OnThread(() =>
        {
            var before = Allowed();
            return (ThreadTuning.TrySetAffinity(cpus, out var why), why, Allowed() == before);
        });
        Assert.False(done);
        Assert.Contains(named, error, StringComparison.Ordinal);
        Assert.True(unchanged);
    }

    [Fact]
    public void A_nice_value_holds_for_the_calling_thread_alone()
    {
        var process = Statistic("self", Nice);
        var (done, error, mine) = OnThread(() => (ThreadTuning.TrySetNice(7, out var why), why, Statistic("thread-self", Nice)));
        Assert.True(done, error);
        Assert.Equal(7, mine);
        Assert.Equal(process, Statistic("self", Nice));
    }

    [Theory]
    [InlineData(-21)]
    [InlineData(20)]
    public void A_nice_value_out_of_range_is_refused(int nice)
    {
        Assert.False(ThreadTuning.TrySetNice(nice, out var error));
        Assert.Contains("-20..19", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_real_time_priority_is_in_effect_or_the_reason_is_told()
    {
        var (done, error, priority, policy) = OnThread(() =>
        {
            var set = ThreadTuning.TrySetRealtimePriority(3, out var why);
            return (set, why, Statistic("thread-self", RealTimePriority), Statistic("thread-self", Policy));
        });
        Assert.Equal(done ? (3L, 1L) : (0L, 0L), (priority, policy));
        if (done) Assert.Equal("", error);
        else Assert.Contains("CAP_SYS_NICE", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    public void A_real_time_priority_out_of_range_is_refused(int priority)
    {
        Assert.False(ThreadTuning.TrySetRealtimePriority(priority, out var error));
        Assert.Contains("1..99", error, StringComparison.Ordinal);
    }

    // On a thread of its own, so that no other test runs on a thread that was changed.
    private static T OnThread<T>(Func<T> body) => new RealThread<T>(body).Result();

    private static string Allowed() => File.ReadLines("/proc/thread-self/status")
        .Single(line => line.StartsWith("Cpus_allowed_list:", StringComparison.Ordinal)).Split('\t')[1];

    // Fields are counted from 1, as in proc(5); the second is a name in parentheses that may contain blanks.
    private static long Statistic(string thread, int field)
    {
        var text = File.ReadAllText($"/proc/{thread}/stat");
        return long.Parse(text[(text.LastIndexOf(')') + 2)..].Split(' ')[field - 3], CultureInfo.InvariantCulture);
    }
}
