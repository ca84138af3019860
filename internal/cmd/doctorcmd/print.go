package doctorcmd

import (
	"fmt"
	"io"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/doctor"
	"github.com/lanyard-cli/lanyard/internal/output"
	"github.com/lanyard-cli/lanyard/internal/style"
	"github.com/lanyard-cli/lanyard/internal/terminal"
)

const (
	indent   = 2
	titles   = 21 // columns of the titles of the checks
	minWidth = 60 // a narrower terminal breaks lines
)

// show prints the results: as a page, or with --output or --query as data.
func show(app *command.App, results []doctor.Result, made []string) error {
	if app.Flags.Output != "" || app.Flags.Query != "" {
		return output.Print(app, "Doctor", encode(results, made))
	}
	p := page{terminal: app.IO.OutTerminal, paint: app.OutStyle()}
	if app.IO.OutTerminal {
		p.width = 80 // if the terminal does not report its width
		if app.IO.Width > 0 {
			p.width = max(app.IO.Width, minWidth)
		}
	}
	for _, text := range made {
		fmt.Fprintf(app.IO.Err, "%s: changed: %s\n", app.Name, terminal.Printable(text))
	}
	p.group("PROBLEMS", doctor.Problem, p.paint.Bad, results)
	p.group("WARNINGS", doctor.Warning, p.paint.Soon, results)
	p.group("NOT CHECKED", doctor.NotChecked, p.paint.Heading, results)
	if p.terminal && count(results, doctor.Problem) > 0 {
		p.goodTitles(results)
	} else {
		p.group("OK", doctor.OK, p.paint.Good, results)
	}
	p.summary(results)
	_, err := io.WriteString(app.Out.Raw(), p.text.String())
	return err
}

// A page prints results as text. On a terminal, lines fit. In a pipe, each finding and each step is a
// line.
type page struct {
	width    int  // of the terminal; 0 means no limit
	terminal bool // beside problems, print only the titles of the good checks
	paint    style.Palette
	text     strings.Builder
}

// group prints the findings of one verdict. A good check with another finding is not in the group of
// good checks.
func (p *page) group(heading string, v doctor.Verdict, paint func(string) string, results []doctor.Result) {
	began := false
	for _, r := range results {
		if v == doctor.OK && r.Verdict() != doctor.OK {
			continue
		}
		for _, f := range r.Findings {
			if f.Verdict != v {
				continue
			}
			if !began {
				if p.text.Len() > 0 {
					p.text.WriteByte('\n')
				}
				p.text.WriteString(paint(heading) + "\n")
				began = true
			}
			p.finding(r.Check.Title, f)
		}
	}
}

// goodTitles prints only the titles of the good checks, so that the page fits a screen.
func (p *page) goodTitles(results []doctor.Result) {
	var titles []string
	for _, r := range results {
		if r.Verdict() == doctor.OK {
			titles = append(titles, r.Check.Title)
		}
	}
	p.text.WriteString("\n" + p.paint.Good("OK") + "\n")
	for _, line := range wrap(strings.Join(titles, ", "), p.width-indent) {
		fmt.Fprintf(&p.text, "%*s%s\n", indent, "", line)
	}
}

// finding prints one finding beside the title of its check.
func (p *page) finding(title string, f doctor.Finding) {
	room := p.width - indent - titles
	text := terminal.Printable(f.Text)
	for _, line := range wrap(text, room) {
		p.line(title, line)
		title = ""
	}
	label := "fix: "
	for step := range strings.SplitSeq(terminal.Printable(f.Fix), "\n") {
		if step == "" {
			continue
		}
		lines := wrap(step, room-len(label))
		for _, prefix := range []string{"run: ", "line: "} {
			if line, found := strings.CutPrefix(step, prefix); found {
				lines = []string{line} // a user copies it, so it has no line break
			}
		}
		for _, line := range lines {
			p.line("", p.paint.Hint(label)+line)
			label = strings.Repeat(" ", len(label))
		}
	}
}

// line prints a line. The title has no colours, so that it can be padded.
func (p *page) line(title, text string) {
	fmt.Fprintf(&p.text, "%*s%-*s%s\n", indent, "", titles, title, text)
}

// summary prints the numbers, and the command that makes the safe changes.
func (p *page) summary(results []doctor.Result) {
	problems, warnings, repairs := count(results, doctor.Problem), count(results, doctor.Warning), 0
	for _, r := range results {
		for _, f := range r.Findings {
			if f.Repair != nil {
				repairs++
			}
		}
	}
	fmt.Fprintf(&p.text, "\n%d %s, %d %s", problems, output.Plural(problems, "problem"), warnings, output.Plural(warnings, "warning"))
	if repairs > 0 {
		fmt.Fprintf(&p.text, "; to correct %d of them, run: lanyard doctor --fix", repairs)
	}
	p.text.WriteByte('\n')
}

// wrap splits a text into lines of at most a number of columns, between words. A longer word has a line
// of its own. If columns is negative, there is no limit.
func wrap(text string, columns int) (lines []string) {
	for part := range strings.SplitSeq(text, "\n") {
		line := ""
		for _, word := range strings.Fields(part) {
			if line != "" && columns >= 0 && terminal.Width(line)+1+terminal.Width(word) > columns {
				lines = append(lines, line)
				line = ""
			}
			line = strings.TrimPrefix(line+" "+word, " ")
		}
		lines = append(lines, line)
	}
	return lines
}

// A report is the data of --output and --query.
type report struct {
	Checks   []check  `json:"checks"`
	Problems int      `json:"problems"`
	Warnings int      `json:"warnings"`
	Changed  []string `json:"changed,omitempty"` // the changes of --fix
}

type check struct {
	Name     string    `json:"name"`
	Verdict  string    `json:"verdict"`
	Findings []finding `json:"findings"`
}

type finding struct {
	Verdict string `json:"verdict"` // problem, warning, notChecked or ok
	Text    string `json:"text"`
	Fix     string `json:"fix,omitempty"`
	Change  string `json:"change,omitempty"` // what --fix would do
}

// encode returns the data of the results.
func encode(results []doctor.Result, made []string) report {
	out := report{Checks: []check{}, Problems: count(results, doctor.Problem), Warnings: count(results, doctor.Warning), Changed: made}
	for _, r := range results {
		c := check{Name: r.Check.Name, Verdict: string(r.Verdict())}
		for _, f := range r.Findings {
			one := finding{Verdict: string(f.Verdict), Text: f.Text, Fix: f.Fix}
			if f.Repair != nil {
				one.Change = f.Repair.Text
			}
			c.Findings = append(c.Findings, one)
		}
		out.Checks = append(out.Checks, c)
	}
	return out
}
