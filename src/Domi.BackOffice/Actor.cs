using Domi.BackOffice.Users;

namespace Domi.BackOffice;

/// <summary>Who does what is being done: a person who signed in, a key of the API, or the office itself.</summary>
public sealed class Actor
{
    /// <summary>As it stands in the timeline.</summary>
    public string Name { get; set; } = "office";

    public Guid? UserId { get; set; }

    public Role Role { get; set; } = Role.Clerk;

    /// <summary>The own company that is worked for.</summary>
    public Guid? CompanyId { get; set; }

    public string Language { get; set; } = "en";

    public bool IsAdministrator => Role is Role.Administrator;
}
