using CameraFabric.Guest.Program;
using CameraFabric.Hosting.Commands;

namespace CameraFabric.Hosting.Tests.Commands;

public sealed class GuestOutputTests
{
    [Fact]
    public void A_report_on_one_line_keeps_its_texts_as_they_are() =>
        Assert.Equal("""{"name":"two  blanks","n":[1,2.5]}""", GuestOutput.OneLine("{\n  \"name\": \"two  blanks\",\n  \"n\": [\n    1,\n    2.5\n  ]\n}"));

    [Fact]
    public void Whatever_became_of_controls_is_told()
    {
        var controls = new GuestControlReport { Applied = 3, Late = 0, Clamped = 2, Ignored = 1, Lost = 4 };

        Assert.Equal("applied 3, clamped 2, ignored 1, without a frame 4", GuestOutput.Controls(controls));
        Assert.Equal("-", GuestOutput.Controls(new GuestControlReport { Applied = 0, Late = 0, Clamped = 0, Ignored = 0, Lost = 0 }));
    }

    [Fact]
    public void What_interruptions_cost_is_told_if_there_were_any()
    {
        var told = new GuestInterruptionReport { Count = 2, Recovered = 2, LongestGap = 412_340, LastGap = 412_340, Cancelled = 8 };

        Assert.Equal("interruptions: 2, longest gap 412.3 ms from frame to frame, 8 requests cancelled by them; discontinuities: 2", GuestOutput.Interruptions(told, 2));
        Assert.Null(GuestOutput.Interruptions(told with { Count = 0 }, 0));
    }
}
