using CameraFabric.Device.GuestMemory;

namespace CameraFabric.Device.Tests.GuestMemory;

public sealed class MemoryBudgetTests : IDisposable
{
    private readonly TestMemory _mebibyte = new(1 << 20);
    private readonly TestMemory _half = new(1 << 19);
    private readonly MemoryTable _none = MemoryTable.Empty();

    public void Dispose()
    {
        _mebibyte.Dispose();
        _half.Dispose();
    }

    [Fact]
    public void Devices_use_it_up_together_and_a_refusal_says_how_much_there_would_be()
    {
        var budget = new MemoryBudget(8, (1 << 20) + (1 << 19));
        budget.Replace(_none, _mebibyte.Table);

        var error = Assert.Throws<GuestMemoryException>(() => budget.Replace(_none, _mebibyte.Table));

        Assert.Equal(
            "the guest's devices would share 2097152 bytes in 2 regions; its budget for all of them is 1572864 bytes in 8 regions",
            error.Message);
        Assert.Equal(1, budget.Regions);
        budget.Replace(_none, _half.Table);
        Assert.Equal(2, budget.Regions);
    }

    [Fact]
    public void What_a_device_gives_back_others_can_have()
    {
        var budget = new MemoryBudget(1, 1 << 20);
        budget.Replace(_none, _mebibyte.Table);
        Assert.Throws<GuestMemoryException>(() => budget.Replace(_none, _half.Table));

        budget.Release(_mebibyte.Table);

        budget.Replace(_none, _half.Table);
        Assert.Equal(1, budget.Regions);
    }

    [Fact]
    public void A_table_in_the_place_of_another_counts_for_the_difference_and_less_is_always_allowed()
    {
        var budget = new MemoryBudget(1, 1 << 20);
        budget.Replace(_none, _half.Table);

        budget.Replace(_half.Table, _mebibyte.Table);
        budget.Replace(_mebibyte.Table, _half.Table);
        budget.Replace(_half.Table, _none);

        Assert.Equal(0, budget.Regions);
    }
}
