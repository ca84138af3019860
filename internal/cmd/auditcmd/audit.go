// Package auditcmd prints and checks the record of all credentials that were handed out.
package auditcmd

import (
	"cmp"
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/audit"
	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/output"
	"github.com/lanyard-cli/lanyard/internal/terminal"
)

// The options of the command audit.
type options struct {
	since  string
	match  []string
	chart  bool
	verify bool
	anchor string
}

// New returns the command audit.
func New(app *command.App) *cobra.Command {
	var o options
	cmd := &cobra.Command{
		Use:   "audit",
		Short: "Show who got credentials, when and for what",
		Long: `Show the record of all credentials that lanyard handed out or refused. Without
--since, show the last 24 hours.

--verify checks that no line of the record was changed, removed, added or moved,
and prints an anchor: the number and the hash of the last entry. Keep the anchor
on another machine. "audit --verify --anchor ANCHOR" later checks that the
record still has this entry.`,
		Example: `lanyard audit
# every use of a production profile in the last week
lanyard audit --since 7d --match 'prod-*'
# one line for each account, with a bar for each day
lanyard audit --chart --since 14d
lanyard audit --verify`,
		Annotations: cmdline.Uses("output", "query"),
		Args:        cmdline.NoArgs,
		RunE:        func(*cobra.Command, []string) error { return run(app, o) },
	}
	f := cmd.Flags()
	f.StringVar(&o.since, "since", "", "show entries since a `TIME`: a duration such as 90m, 24h or 7d, or a date such as 2026-03-01")
	f.StringArrayVar(&o.match, "match", nil, "show only entries whose profile, account, role, command, agent or decision matches the `GLOB`; repeatable")
	f.BoolVar(&o.chart, "chart", false, "draw the number of entries of each account and day")
	f.BoolVar(&o.verify, "verify", false, "check the whole record")
	f.StringVar(&o.anchor, "anchor", "", "with --verify: the `ANCHOR` that an earlier check printed")
	return cmd
}

func run(app *command.App, o options) error {
	log, ok := audit.In(app.Env.Lookup)
	if !ok {
		return command.WithHint(command.Failuref("there is no home folder for the audit record"), "set HOME or XDG_STATE_HOME")
	}
	if o.verify {
		if o.since != "" || len(o.match) > 0 || o.chart {
			return command.Usagef("--verify checks the whole record: --since, --match and --chart do not work with it")
		}
		return verify(app, log, o.anchor)
	}
	if o.anchor != "" {
		return command.Usagef("--anchor needs --verify")
	}
	since, err := start(cmp.Or(o.since, "24h"), app.Now())
	if err != nil {
		return err
	}
	for _, pattern := range o.match {
		if _, err := path.Match(pattern, ""); err != nil {
			return command.Usagef("--match %s is not a valid pattern", pattern)
		}
	}
	entries := []audit.Entry{}
	if err := log.Read(since, func(e audit.Entry) bool {
		if matches(e, o.match) {
			entries = append(entries, e)
		}
		return true
	}); err != nil {
		return err
	}
	switch {
	case app.Flags.Output != "" || app.Flags.Query != "":
		return output.Print(app, "Audit", map[string]any{"entries": entries})
	case len(entries) == 0:
		such := ""
		if len(o.match) > 0 {
			such = "matching "
		}
		_, err := fmt.Fprintf(app.IO.Err, "%s: the audit record has no %sentries since %s\n", app.Name, such, since.Format("2006-01-02 15:04"))
		return err
	case o.chart:
		return chart(app, entries, since)
	}
	return list(app, entries)
}

func matches(e audit.Entry, patterns []string) bool {
	for _, p := range patterns {
		if e.Matches(p) {
			return true
		}
	}
	return len(patterns) == 0
}

// start returns the time that a value of --since names.
func start(value string, now time.Time) (time.Time, error) {
	if days, ok := strings.CutSuffix(value, "d"); ok {
		if n, err := strconv.Atoi(days); err == nil && n >= 0 && n < 100_000 {
			return now.AddDate(0, 0, -n), nil
		}
	}
	if d, err := time.ParseDuration(value); err == nil && d >= 0 {
		return now.Add(-d), nil
	}
	for _, layout := range []string{time.DateOnly, "2006-01-02T15:04:05", time.RFC3339} {
		if t, err := time.ParseInLocation(layout, value, now.Location()); err == nil {
			return t, nil
		}
	}
	return time.Time{}, command.WithHint(command.Usagef("--since %q is not a duration or a date", value), "write a duration such as 90m, 24h or 7d, or a date such as 2026-03-01")
}

// list prints a row for each entry. On a narrow terminal, it leaves out the account and the role.
func list(app *command.App, entries []audit.Entry) error {
	now := app.Now()
	wide := [][]string{{"TIME", "PROFILE", "ACCOUNT", "ROLE", "RESULT", "BY"}}
	narrow := [][]string{{"TIME", "PROFILE", "RESULT", "BY"}}
	for _, e := range entries {
		t := e.Time.In(now.Location())
		short := t.Format("Jan 2 15:04")
		if day(t).Equal(day(now)) {
			short = t.Format("15:04:05")
		}
		wide = append(wide, []string{t.Format("2006-01-02 15:04:05"), show(e.Profile), show(e.Account), show(e.Role), result(e), by(e)})
		narrow = append(narrow, []string{short, show(e.Profile), result(e), by(e)})
	}
	rows := wide
	if app.IO.Width > 0 && !output.Fits(wide, app.IO.Width) {
		rows = narrow
	}
	bad := app.OutStyle().Bad
	return output.PaintedTable(app, rows, func(row, column int, cell string) string {
		if row > 0 && rows[0][column] == "RESULT" && isBad(entries[row-1]) {
			return bad(cell)
		}
		return cell
	})
}

// isBad reports whether an entry has no credentials, or a gap before it.
func isBad(e audit.Entry) bool {
	return e.Event == audit.Restart || e.Decision == audit.Refused || e.Decision == audit.Failed
}

// result describes the decision of an entry.
func result(e audit.Entry) string {
	switch {
	case e.Event == audit.Restart:
		return "gap in the record"
	case e.Event == audit.Grant:
		return "granted until " + e.Expires.Local().Format("15:04")
	case e.Decision == audit.Refused:
		text := "refused"
		if e.Call != "" {
			text += " " + show(e.Call)
		}
		if e.Rule != "" {
			text += " by " + show(filepath.Base(e.Rule)) // the whole path makes the table too wide
		}
		return text
	case e.Decision == audit.Failed:
		return "failed"
	case e.Call != "":
		return show(e.Call)
	}
	if e.Source == audit.Fetch {
		return "from the service"
	}
	return "from the " + show(e.Source)
}

// by describes the caller of an entry.
func by(e audit.Entry) string {
	text := show(e.Command)
	if len(e.Parents) > 0 {
		text = show(e.Parents[0].Name) + ": " + text
	}
	if e.Agent != "" {
		text += " (agent " + show(e.Agent) + ")"
	} else if e.CI != "" {
		text += " (" + show(e.CI) + ")"
	}
	return text
}

func show(text string) string { return terminal.Printable(cmp.Or(text, "-")) }

// verify checks the record and prints its anchor.
func verify(app *command.App, log audit.Log, anchor string) error {
	var kept audit.Anchor
	if anchor != "" {
		var err error
		if kept, err = audit.ParseAnchor(anchor); err != nil {
			return command.Usagef("--anchor %v", err)
		}
	}
	r, err := log.Verify(kept)
	if err != nil {
		return err
	}
	if app.Flags.Output != "" || app.Flags.Query != "" {
		problems := []string{}
		for _, p := range r.Problems {
			problems = append(problems, p.String())
		}
		doc := map[string]any{"entries": r.Entries, "files": r.Files, "anchor": "", "problems": problems}
		if r.Entries > 0 {
			doc["anchor"] = r.Anchor.String()
		}
		err = output.Print(app, "Audit", doc)
	} else {
		err = tell(app, log, r)
	}
	if len(r.Problems) > 0 {
		return errors.Join(err, command.Failuref("the audit record in %s was changed or is damaged", log.Dir))
	}
	return err
}

func tell(app *command.App, log audit.Log, r audit.Report) error {
	for _, p := range r.Problems {
		if _, err := fmt.Fprintln(app.Out, terminal.Printable(p.String())); err != nil {
			return err
		}
	}
	if r.Entries == 0 {
		_, err := fmt.Fprintf(app.Out, "%s has no entries\n", log.Path())
		return err
	}
	entries := "entries"
	if r.Entries == 1 {
		entries = "entry"
	}
	_, err := fmt.Fprintf(app.Out, "%d %s in %d %s\nanchor %s\n", r.Entries, entries, r.Files, output.Plural(r.Files, "file"), r.Anchor)
	return err
}
