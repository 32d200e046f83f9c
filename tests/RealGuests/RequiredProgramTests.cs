namespace CameraFabric.RealGuests.Tests;

public sealed class RequiredProgramTests
{
    [Fact]
    public void A_program_of_the_system_is_found() => Assert.True(File.Exists(RequiredProgram.Find("sh")));

    [Fact]
    public void A_program_that_is_not_there_is_not_found() => Assert.Null(RequiredProgram.Find("a-program-that-nobody-has"));
}
