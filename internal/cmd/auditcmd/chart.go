package auditcmd

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/internal/audit"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/output"
)

// maxDays limits the columns of the chart. Older days are left out.
const maxDays = 31

// chart prints a row for each account, with a bar for each day.
func chart(app *command.App, entries []audit.Entry, since time.Time) error {
	zone := app.Now().Location()
	last := day(app.Now().In(zone))
	days := min(maxDays, daysBetween(day(since.In(zone)), last)+1)
	first := last.AddDate(0, 0, 1-days)
	type account struct {
		days             []int
		allowed, refused int
	}
	accounts, most := map[string]*account{}, 0
	for _, e := range entries {
		n := daysBetween(first, day(e.Time.In(zone)))
		if n < 0 || n >= days || e.Event == audit.Restart {
			continue
		}
		name := show(e.Account)
		a := accounts[name]
		if a == nil {
			a = &account{days: make([]int, days)}
			accounts[name] = a
		}
		a.days[n]++
		most = max(most, a.days[n])
		if e.Decision == audit.Allowed {
			a.allowed++
		} else {
			a.refused++
		}
	}
	names := make([]string, 0, len(accounts))
	for name := range accounts {
		names = append(names, name)
	}
	slices.Sort(names)
	rows := [][]string{{"ACCOUNT", fmt.Sprintf("%s TO %s", first.Format("Jan 2"), last.Format("Jan 2")), "ALLOWED", "NOT ALLOWED"}}
	for _, name := range names {
		a := accounts[name]
		rows = append(rows, []string{name, bars(a.days, most), strconv.Itoa(a.allowed), strconv.Itoa(a.refused)})
	}
	return output.Table(app, rows)
}

// bars draws a bar for each number. The highest bar stands for most.
func bars(numbers []int, most int) string {
	levels := []rune("▁▂▃▄▅▆▇█")
	var b strings.Builder
	for _, n := range numbers {
		if n == 0 {
			b.WriteRune('·')
			continue
		}
		b.WriteRune(levels[(n*len(levels)-1)/most])
	}
	return b.String()
}

// day returns the begin of a day, in UTC so that every day has 24 hours.
func day(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

func daysBetween(from, to time.Time) int { return int(to.Sub(from) / (24 * time.Hour)) }
