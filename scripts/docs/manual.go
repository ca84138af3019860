// The pages of the manual: the help of the program, of each command and of each topic.

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/internal/cli"
	"github.com/lanyard-cli/lanyard/internal/cmd/containercmd"
	"github.com/lanyard-cli/lanyard/internal/cmd/helpcmd"
	"github.com/lanyard-cli/lanyard/internal/command"
)

// writeMan writes the man pages below a folder, and returns their number.
func writeMan(dir, release string) (int, error) {
	all, err := pages()
	if err != nil {
		return 0, err
	}
	for _, p := range all {
		file := filepath.Join(dir, "man"+p.section, p.file())
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return 0, err
		}
		if err := os.WriteFile(file, []byte(p.roff(release)), 0o644); err != nil {
			return 0, err
		}
	}
	return len(all), nil
}

// A page is a page of the manual.
type page struct {
	words   []string // the name of the command or topic, such as lanyard, sso, login
	section string   // of the manual: 1, 5 or 7
	short   string
	blocks  []command.Block
	see     []string // other pages, such as lanyard-sso(1)
}

func (p page) name() string { return strings.Join(p.words, "-") }
func (p page) file() string { return p.name() + "." + p.section }
func (p page) ref() string  { return p.name() + "(" + p.section + ")" }

// topicSection returns the section of the manual for a help topic: 5 is for file formats.
func topicSection(name string) string {
	if name == "config" || name == "files" {
		return "5"
	}
	return "7"
}

// ownOfServices lists the AWS services that have commands besides their operations.
var ownOfServices = [...]string{"ecr", "ecr-public", "eks"}

// pages returns all pages: the program, the help topics, and the commands.
func pages() ([]page, error) {
	app := newApp(nil)
	tree := cli.Tree(app)
	tree.InitDefaultHelpCmd()
	all := []page{{words: []string{"lanyard"}, section: "1", short: tree.Short}}
	for _, t := range helpcmd.Topics() {
		all = append(all, page{words: []string{"lanyard", t.Name}, section: topicSection(t.Name), short: t.Text})
	}
	for queue := tree.Commands(); len(queue) > 0; queue = queue[1:] {
		cmd := queue[0]
		if cmd.Hidden {
			continue
		}
		all = append(all, page{words: strings.Fields(cmd.CommandPath()), section: "1", short: cmd.Short})
		queue = append(queue, cmd.Commands()...)
	}
	for _, service := range ownOfServices {
		for _, cmd := range containercmd.Commands(app, service) {
			all = append(all, page{words: []string{"lanyard", service, cmd.Name()}, section: "1", short: cmd.Short})
		}
	}
	for i := range all {
		p := &all[i]
		line := append(slices.Clone(p.words[1:]), "--help")
		if p.section != "1" {
			line = []string{"help", p.words[1]}
		}
		var err error
		if p.blocks, err = help(line); err != nil {
			return nil, err
		}
		p.see = related(*p, all)
	}
	return all, nil
}

// related returns the pages to name at the end of a page: the page of the group, the pages of the
// subcommands, and the topics.
func related(p page, all []page) []string {
	var refs []string
	for _, other := range all {
		n, o := len(p.words), len(other.words)
		above := o < n && slices.Equal(other.words, p.words[:o])
		below := p.section == "1" && o == n+1 && slices.Equal(other.words[:n], p.words)
		if above || below || p.section == "1" && other.section != "1" && (other.words[1] == "flags" || other.words[1] == "config") {
			refs = append(refs, other.ref())
		}
	}
	slices.Sort(refs)
	return slices.Compact(refs)
}

// help returns the blocks of the page that a command line prints.
func help(words []string) ([]command.Block, error) {
	var blocks []command.Block
	var errs bytes.Buffer
	app := newApp(&errs)
	app.TakePage = func(p *command.Page) { blocks = slices.Clone(p.Blocks()) }
	code := cli.Run(context.Background(), app, words)
	if code != 0 || len(blocks) == 0 {
		return nil, fmt.Errorf("%s: no help page: exit code %d: %s", strings.Join(words, " "), code, errs.String())
	}
	return blocks, nil
}

// newApp returns an App that has no home folder and no variables, and prints errors to errs.
func newApp(errs io.Writer) *command.App {
	if errs == nil {
		errs = io.Discard
	}
	app := &command.App{
		Name: "lanyard",
		IO:   command.Streams{In: strings.NewReader(""), Out: io.Discard, Err: errs},
		Env: command.Env{
			Lookup:  func(string) (string, bool) { return "", false },
			Environ: func() []string { return nil },
		},
		Now:  time.Now,
		Open: func(context.Context, string, string) error { return errors.New("no browser") },
		Hold: func() func() { return func() {} },
	}
	app.Begin()
	return app
}

// A part is a paragraph on one line, or verbatim lines.
type part struct {
	text     string
	verbatim bool
}

// paragraphs returns the parts of a text. Empty lines separate paragraphs. Indented lines are
// verbatim.
func paragraphs(text string) []part {
	var parts []part
	open := false // the next line continues the last part
	for l := range strings.Lines(text) {
		l = strings.TrimRight(l, "\n ")
		verbatim := strings.HasPrefix(l, " ")
		last := len(parts) - 1
		switch {
		case l == "":
			open = false
			continue
		case open && parts[last].verbatim == verbatim && verbatim:
			parts[last].text += "\n" + strings.TrimPrefix(l, "  ")
		case open && parts[last].verbatim == verbatim:
			parts[last].text += " " + l
		default:
			parts = append(parts, part{strings.TrimPrefix(l, "  "), verbatim})
		}
		open = true
	}
	return parts
}
