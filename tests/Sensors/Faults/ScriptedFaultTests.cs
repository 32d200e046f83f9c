using CameraFabric.Sensors.Faults;

namespace CameraFabric.Sensors.Tests.Faults;

public sealed class ScriptedFaultTests
{
    [Theory]
    [InlineData("throw@500", FaultKind.Throw, 500, 1, 0, 0)]
    [InlineData("freeze@300+30", FaultKind.Freeze, 300, 30, 0, 0)]
    [InlineData("hang@900+5s", FaultKind.Hang, 900, 1, 5000, 0)]
    [InlineData("jump-ahead@40x100", FaultKind.JumpAhead, 40, 1, 0, 100)]
    [InlineData("short@7+250msx0", FaultKind.Short, 7, 1, 250, 0)]
    [InlineData("late@1+3x4", FaultKind.Late, 1, 3, 0, 4)]
    public void An_entry_says_what_when_how_often_and_how_much(
        string text, FaultKind kind, ulong frame, int count, int milliseconds, int amount)
    {
        Assert.True(ScriptedFault.TryParse(text, out var fault, out _, out _));

        Assert.Equal((kind, frame, count, amount), (fault.Kind, fault.Frame, fault.Count, fault.Amount));
        Assert.Equal(milliseconds == 0 ? null : TimeSpan.FromMilliseconds(milliseconds), fault.Duration);
        Assert.True(ScriptedFault.TryParse(fault.ToString(), out var again, out _, out _));
        Assert.Equal(fault, again);
    }

    [Theory]
    [InlineData("throw", "is not a fault", "KIND@FRAME")]
    [InlineData("throw@", "is not a fault", "KIND@FRAME")]
    [InlineData("freese@3", "there is no fault 'freese'", "did you mean 'freeze'?")]
    [InlineData("throw@0", "not the number of a frame", "count from 1")]
    [InlineData("throw@99999999999999999999", "not the number of a frame", "count from 1")]
    [InlineData("freeze@3+0", "'+0'", "+1 to")]
    [InlineData("hang@3+25h", "'+25h'", "+24h")]
    [InlineData("throw@3x2", "x2 is not possible", "leave it out")]
    [InlineData("short@3x100", "x100 is not possible", "x0 to x99")]
    [InlineData("late@3x0", "x0 is not possible", "x1 to")]
    public void A_wrong_entry_is_answered_with_what_would_be_right(string text, string problem, string right)
    {
        Assert.False(ScriptedFault.TryParse(text, out _, out var said, out var better));

        Assert.Contains(problem, said, StringComparison.Ordinal);
        Assert.Contains(right, better, StringComparison.Ordinal);
        Assert.Contains(problem, Assert.Throws<FormatException>(() => FaultScript.Parse(text)).Message, StringComparison.Ordinal);
    }
}
