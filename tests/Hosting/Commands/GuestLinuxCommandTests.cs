using CameraFabric.Hosting.Commands;

namespace CameraFabric.Hosting.Tests.Commands;

public sealed class GuestLinuxCommandTests
{
    [Theory]
    [InlineData("--what compliance --seconds 20")]
    [InlineData("--what nothing")]
    [InlineData("--seconds 1")]
    [InlineData("--count 17")]
    [InlineData("--keep \"/nowhere/two words\"")]
    public async Task Words_that_cannot_be_meant_are_refused_before_anything_is_started(string words) =>
        Assert.Equal(Output.WrongInput, await GuestLinuxCommand.Make().Parse($"--image /nowhere {words}").InvokeAsync());
}
