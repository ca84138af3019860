package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"github.com/lanyard-cli/lanyard/internal/cli"
	"github.com/lanyard-cli/lanyard/internal/command"
)

// Each command and topic has a page with all names, values and texts of its help. groff prints the
// page without warnings.
func TestPages(t *testing.T) {
	dir := t.TempDir()
	all, err := pages()
	if err != nil {
		t.Fatal(err)
	}
	if n, err := writeMan(dir, "1.2.3"); err != nil || n != len(all) || n < 80 {
		t.Fatalf("writeMan returned %d, %v, want %d pages and at least 80", n, err, len(all))
	}
	seen := map[string]bool{}
	for _, p := range all {
		if seen[p.ref()] {
			t.Errorf("two pages have the name %s", p.ref())
		}
		seen[p.ref()] = true
	}
	for _, name := range []string{
		"lanyard(1)", "lanyard-sso-login(1)", "lanyard-config(5)", "lanyard-files(5)", "lanyard-environment(7)",
		"lanyard-exit-codes(7)", "lanyard-emulator-run(1)", "lanyard-eks-update-kubeconfig(1)", "lanyard-help(1)",
	} {
		if !seen[name] {
			t.Errorf("there is no page %s", name)
		}
	}
	for _, p := range all {
		for _, ref := range p.see {
			if !seen[ref] {
				t.Errorf("%s names the page %s, which does not exist", p.ref(), ref)
			}
		}
	}
	groff, err := exec.LookPath("groff")
	if err != nil {
		t.Skip("groff is not installed, so the printed pages are not checked")
	}
	for _, p := range all {
		checkPrinted(t, groff, p, filepath.Join(dir, "man"+p.section, p.file()))
	}
}

// The page of a command has each flag that only this command has.
func TestFlags(t *testing.T) {
	all, err := pages()
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	for _, p := range all {
		if p.section == "1" {
			texts[p.title()] = words(p.roff(""))
		}
	}
	checked := 0
	for queue := cli.Tree(newApp(nil)).Commands(); len(queue) > 0; queue = queue[1:] {
		cmd := queue[0]
		if cmd.Hidden {
			continue
		}
		queue = append(queue, cmd.Commands()...)
		cmd.LocalNonPersistentFlags().VisitAll(func(f *pflag.Flag) {
			if f.Hidden || f.Name == "help" {
				return
			}
			checked++
			if !strings.Contains(texts[cmd.CommandPath()], escaped("--"+f.Name)) {
				t.Errorf("the page of %s does not have --%s", cmd.CommandPath(), f.Name)
			}
		})
	}
	if checked < 150 {
		t.Errorf("checked %d flags, want at least 150", checked)
	}
}

// checkPrinted checks what groff prints for a page.
func checkPrinted(t *testing.T, groff string, p page, file string) {
	t.Helper()
	cmd := exec.Command(groff, "-Tutf8", "-man", "-ww", "-rLL=200n", "-P-cbou", file)
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil || errs.Len() > 0 {
		t.Errorf("%s: groff: %v\n%s", p.ref(), err, errs.String())
	}
	text := words(string(out))
	if !strings.Contains(text, "lanyard 1.2.3") {
		t.Errorf("%s: the page does not have the version", p.ref())
	}
	for _, b := range p.blocks {
		want := []string{b.Text}
		if b.Text == "USAGE" {
			want = []string{"SYNOPSIS"}
		}
		for _, item := range b.Items {
			want = append(want, item.Name, item.Text)
		}
		for _, w := range want {
			if !strings.Contains(text, words(w)) {
				t.Errorf("%s: the page does not have %q", p.ref(), w)
			}
		}
	}
}

// words returns a text with one blank between words.
func words(text string) string { return strings.Join(strings.Fields(text), " ") }

// Flags, quotes, backslashes and lines that begin with a dot are printed as they are.
func TestRoff(t *testing.T) {
	p := page{
		words: []string{"lanyard", "x"}, section: "1", short: "Do x",
		blocks: []command.Block{
			{Kind: command.Paragraph, Text: "First\nline.\n\n.profile is 'a' file:\n  a\\b  c\n"},
			{Kind: command.Heading, Text: "USAGE"},
			{Kind: command.Verbatim, Text: "lanyard x"},
			{Kind: command.Heading, Text: "FLAGS"},
			{Kind: command.List, Items: []command.Item{{Name: "--for TIME", Text: "… ~/.aws"}}},
		},
		see: []string{"lanyard(1)", "lanyard-flags(7)"},
	}
	got := p.roff("")
	for _, want := range []string{
		".TH \"LANYARD\\-X\" 1 \"\" \"lanyard\" \"Lanyard manual\"\n.nr HY 0\n.ds AD l\n.nh\n.ad l\n",
		".SH NAME\nlanyard\\-x \\- Do x\n.SH SYNOPSIS\n.PP\n.RS 2\n.EX\nlanyard x\n.EE\n.RE\n.SH DESCRIPTION\n.PP\nFirst line.\n",
		".PP\n\\&.profile is \\(aqa\\(aq file:\n",
		"a\\(rsb  c\n",
		".TP\n\\fB\\-\\-for\\fR \\fITIME\\fR\n\\[u2026] \\(ti/.aws\n",
		".BR lanyard (1),\n.BR lanyard\\-flags (7)\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the page does not have %q:\n%s", want, got)
		}
	}
	if i := slices.Index(strings.Split(got, "\n"), ".SH \"USAGE\""); i >= 0 {
		t.Errorf("line %d has the usage again", i)
	}
}

// The pages are the same each time.
func TestPagesAreReproducible(t *testing.T) {
	a, b := t.TempDir(), t.TempDir()
	for _, dir := range []string{a, b} {
		if _, err := writeMan(dir, ""); err != nil {
			t.Fatal(err)
		}
	}
	err := filepath.WalkDir(a, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(a, path)
		if err != nil {
			return err
		}
		one, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		two, err := os.ReadFile(filepath.Join(b, rel))
		if err == nil && string(one) != string(two) {
			t.Errorf("%s differs", rel)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
