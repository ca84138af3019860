package profilescmd

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/output"
	"github.com/lanyard-cli/lanyard/internal/profilesync"
	"github.com/lanyard-cli/lanyard/internal/shell"
	"github.com/lanyard-cli/lanyard/internal/terminal"
)

// few is the largest number of profiles that a message lists, and many is the largest number of
// profiles whose difference is shown before the question.
const (
	few  = 10
	many = 30
)

func count(n int, noun string) string { return fmt.Sprintf("%d %s", n, output.Plural(n, noun)) }

// either returns the form of a verb for n.
func either(n int, one, several string) string {
	if n == 1 {
		return one
	}
	return several
}

// summarize prints what changes and what does not, and why.
func (e *editor) summarize() {
	r, name := &e.report, e.w.App.Name
	var parts []string
	for _, part := range [...]struct {
		n    int
		text string
	}{
		{len(r.Added), "to add"},
		{len(r.Changed), "to change"},
		{len(r.Renamed), "to rename"},
		{len(r.Removed), "to remove"},
		{r.Unchanged, "unchanged"},
	} {
		if part.n > 0 {
			parts = append(parts, count(part.n, "profile")+" "+part.text)
		}
	}
	if len(parts) == 0 {
		parts = []string{"no profile to change"}
	}
	e.say("%s: %s in %s", name, strings.Join(parts, ", "), e.w.In.Config.Path)
	e.collisions()
	lines := []string{}
	for _, k := range r.Kept {
		what := "profile " + k.Profile
		if k.Key != "" {
			what += ": " + k.Key
		}
		lines = append(lines, fmt.Sprintf("kept: line %d: %s: %s", k.Line, what, k.Why))
	}
	e.list(lines)
	if n := distinct(r.Own); n > 0 {
		e.say("%s: %s %s a profile of your own; to list your profiles, run: %s profiles list", name, count(n, "role"), either(n, "has", "have"), name)
	}
	if r.Excluded > 0 {
		e.say("%s: the rules exclude %s", name, count(r.Excluded, "role"))
	}
	if e.o.session == "" { // other sessions may have roles that match
		for _, place := range r.Unmatched {
			e.w.App.Warn(place+": the rule matches no role", "")
		}
	}
	if text := unwanted(r.Gone, r.Barred); text != "" {
		e.w.App.Hint(fmt.Sprintf("%s; to see them, run: %s profiles prune --dry-run", text, name))
	}
	if r.OtherNames > 0 && !e.o.rename {
		e.w.App.Hint(fmt.Sprintf("the template now gives another name to %s; to rename, run: %s profiles sync --rename", count(r.OtherNames, "profile"), name))
	}
}

// distinct returns the number of roles. A role that is in several sessions counts once.
func distinct(items []profilesync.Item) int {
	type role struct{ account, name string }
	roles := map[role]bool{}
	for _, item := range items {
		roles[role{item.Entry.AccountID, item.Entry.Role}] = true
	}
	return len(roles)
}

// question returns the question before an edit of the file at path.
func question(r *profilesync.Report, path string, pruning bool) string {
	if pruning {
		return fmt.Sprintf("Remove %s from %s? [y/N] ", count(len(r.Removed), "profile"), path)
	}
	var parts []string
	last := 0
	for _, part := range [...]struct {
		verb string
		n    int
	}{{"change", len(r.Changed)}, {"rename", len(r.Renamed)}, {"add", len(r.Added)}} {
		if part.n > 0 {
			parts, last = append(parts, fmt.Sprintf("%s %d", part.verb, part.n)), part.n
		}
	}
	if len(parts) == 0 {
		return "Change " + path + "? [Y/n] "
	}
	text, preposition := parts[len(parts)-1], "in"
	if len(parts) > 1 {
		text = strings.Join(parts[:len(parts)-1], ", ") + " and " + text
	} else if len(r.Added) > 0 {
		preposition = "to"
	}
	return fmt.Sprintf("%s%s %s %s %s? [Y/n] ", strings.ToUpper(text[:1]), text[1:], output.Plural(last, "profile"), preposition, path)
}

// unwanted describes the profiles that prune would remove. It returns "" if there are none.
func unwanted(gone, barred int) string {
	all := gone + barred
	role := either(all, "the role", "the roles")
	text := count(all, "profile") + either(all, " is", " are") + " no longer wanted: "
	switch {
	case all == 0:
		return ""
	case barred == 0:
		return text + "you no longer have " + role
	case gone == 0:
		return text + "the rules exclude " + role
	}
	return text + fmt.Sprintf("%d of roles that you no longer have, %d that the rules exclude", gone, barred)
}

// collisions prints a line for each name that some roles could not get, and a line for the roles that
// are in several sessions.
func (e *editor) collisions() {
	var lines []string
	type group struct {
		roles   int
		session string
		example string
	}
	groups := map[string]group{} // by the names of the sessions
	for i := range e.report.Collisions {
		c := &e.report.Collisions[i]
		sessions := c.Sessions()
		if sessions == nil {
			lines = append(lines, collisionLine(c))
			continue
		}
		g := groups[strings.Join(sessions, ", ")]
		groups[strings.Join(sessions, ", ")] = group{g.roles + 1, sessions[0], c.Roles[0].Name}
	}
	for _, sessions := range slices.Sorted(maps.Keys(groups)) {
		g := groups[sessions]
		e.say("%s: %s %s in several sessions: %s; their profiles get the account id and a hash, for example %s",
			e.w.App.Name, count(g.roles, "role"), either(g.roles, "is", "are"), sessions, g.example)
		e.w.App.Hint(fmt.Sprintf("to use only one of these sessions, run: %s profiles sync --sso-session %s", e.w.App.Name, shell.POSIX.Word(g.session)))
	}
	e.list(lines)
}

// collisionLine explains a collision.
func collisionLine(c *profilesync.Collision) string {
	suffix, example, none := "the account id", "", 0
	for _, r := range c.Roles {
		switch {
		case r.Name == "":
			none++
			continue
		case r.Name != c.Wanted+"-"+r.Entry.AccountID:
			suffix = "the account id, and some a hash"
		}
		example = cmp.Or(example, r.Name)
	}
	if len(c.Roles) == 1 {
		r := c.Roles[0]
		got := fmt.Sprintf("account %s, role %s gets the profile %s", r.Entry.AccountID, r.Entry.Role, r.Name)
		if none > 0 {
			got = fmt.Sprintf("account %s, role %s gets no profile", r.Entry.AccountID, r.Entry.Role)
		}
		return fmt.Sprintf("the name %s belongs to %s; %s", c.Wanted, c.Place, got)
	}
	line := fmt.Sprintf("%d roles want the name %s", len(c.Roles), c.Wanted)
	if c.Place != "" {
		line += ", which belongs to " + c.Place
	}
	if example != "" {
		line += fmt.Sprintf("; their profiles get %s, for example %s", suffix, example)
	}
	if none > 0 {
		line += fmt.Sprintf("; %s %s no profile", count(none, "role"), either(none, "gets", "get"))
	}
	return line
}

// list prints the first lines and the number of the others.
func (e *editor) list(lines []string) {
	for i, line := range lines {
		if i == few && len(lines) > few+1 {
			e.say("%s: … and %d more", e.w.App.Name, len(lines)-few)
			return
		}
		e.say("%s: %s", e.w.App.Name, line)
	}
}

func (e *editor) say(format string, args ...any) {
	fmt.Fprintln(e.w.App.IO.Err, terminal.Printable(fmt.Sprintf(format, args...)))
}

// show prints the difference. Before a question, it prints only a short difference.
func (e *editor) show(before, after []byte) error {
	r := &e.report
	n := len(r.Added) + len(r.Changed) + len(r.Renamed) + len(r.Removed)
	switch {
	case e.o.dryRun, !e.o.yes && n <= many:
		return e.w.PrintDiff(e.w.In.Config.Path, before, after)
	case !e.o.yes && !e.o.pruning:
		e.w.App.Hint("to see the difference, run: " + e.w.App.Name + " profiles diff")
	case !e.o.yes:
		e.w.App.Hint("to see the difference, run: " + e.w.App.Name + " profiles prune --dry-run")
	case e.o.pruning:
		e.list(removedLines(r.Removed))
	}
	return nil
}

func removedLines(items []profilesync.Item) (lines []string) {
	for _, item := range items {
		lines = append(lines, fmt.Sprintf("removes profile %s: account %s, role %s: %s", item.Name, item.Entry.AccountID, item.Entry.Role, item.Why))
	}
	return lines
}
