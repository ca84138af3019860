package command

import (
	"io"
	"strings"
	"unicode/utf8"

	"github.com/lanyard-cli/lanyard/internal/style"
)

const (
	pageWidth    = 80  // for output that is not a terminal
	maxPageWidth = 100 // longer lines are hard to read
	minPageWidth = 40
	maxNameWidth = 28 // of a list item; the text of a longer name starts on the next line
)

// A Page is a page of help. Its methods add to the end of the page.
type Page struct {
	app     *App
	palette style.Palette
	width   int
	text    strings.Builder
	blocks  []Block
}

// A Block is a part of a page. Programs that print pages in another form read the blocks.
type Block struct {
	Kind  BlockKind
	Text  string // of every kind but List
	Items []Item // of the kind List
}

// A BlockKind is the kind of a [Block].
type BlockKind int

// The kinds of blocks.
const (
	Paragraph BlockKind = iota // a text; an indented line begins on a line of its own
	Heading                    // the heading of a section, in capital letters
	Verbatim                   // lines that must not be joined
	Prose                      // a text of a section, one paragraph
	List                       // a list of names with texts
	Example                    // command lines
)

// Blocks returns the parts of the page, from top to bottom.
func (p *Page) Blocks() []Block { return p.blocks }

func (p *Page) add(kind BlockKind, text string) {
	p.blocks = append(p.blocks, Block{Kind: kind, Text: text})
}

// NewPage returns an empty page that fits the terminal.
func (app *App) NewPage() *Page {
	p := &Page{app: app, width: pageWidth, palette: app.OutStyle()}
	if app.IO.Width > 0 {
		p.width = min(max(app.IO.Width, minPageWidth), maxPageWidth)
	}
	return p
}

// Paragraph adds a text unchanged, and an empty line.
func (p *Page) Paragraph(text string) {
	if text = strings.Trim(text, "\n"); text != "" {
		p.add(Paragraph, text)
		p.text.WriteString(text + "\n\n")
	}
}

// Prose adds a text, breaks its lines at spaces, and adds an empty line.
func (p *Page) Prose(text string) { p.Paragraph(strings.Join(wrap(text, p.width), "\n")) }

// Section adds a heading in capital letters. body adds the text below the heading.
func (p *Page) Section(heading string, body func()) {
	p.add(Heading, heading)
	p.text.WriteString(p.palette.Heading(heading) + "\n")
	body()
	p.text.WriteString("\n")
}

// Indent adds the lines of a text with an indentation.
func (p *Page) Indent(text string) {
	p.add(Verbatim, strings.Trim(text, "\n"))
	for line := range strings.Lines(strings.Trim(text, "\n") + "\n") {
		if line != "\n" {
			line = "  " + line
		}
		p.text.WriteString(line)
	}
}

// Wrap adds a text with an indentation, and breaks its lines at spaces.
func (p *Page) Wrap(text string) {
	p.add(Prose, text)
	p.indentWrapped(text)
}

func (p *Page) indentWrapped(text string) {
	for _, line := range wrap(text, p.width-2) {
		p.text.WriteString("  " + line + "\n")
	}
}

// An Item is a line of a list: a name and a text about it.
type Item struct{ Name, Text string }

// List adds items as two columns, and breaks the lines of the texts at spaces.
func (p *Page) List(items []Item) {
	p.blocks = append(p.blocks, Block{Kind: List, Items: items})
	column := 0
	for _, i := range items {
		if n := utf8.RuneCountInString(i.Name); n <= maxNameWidth {
			column = max(column, n)
		}
	}
	if column == 0 {
		column = 4 // every name has its own line
	}
	for _, i := range items {
		name, text := i.Name, wrap(i.Text, p.width-column-4)
		if utf8.RuneCountInString(name) > column {
			p.indentWrapped(name)
			name = ""
		} else if len(text) == 0 {
			text = []string{""}
		}
		for _, line := range text {
			gap := strings.Repeat(" ", column-utf8.RuneCountInString(name)+2)
			p.text.WriteString(strings.TrimRight("  "+name+gap+line, " ") + "\n")
			name = ""
		}
	}
}

// Example adds command lines, which begin with the name of the program. Lines that begin
// with # are comments.
func (p *Page) Example(text string) {
	if p.app.Name != "lanyard" {
		text = strings.ReplaceAll(text, "lanyard ", p.app.Name+" ")
	}
	p.add(Example, strings.Trim(text, "\n"))
	for line := range strings.Lines(strings.Trim(text, "\n") + "\n") {
		line = strings.TrimSuffix(line, "\n")
		if strings.HasPrefix(line, "#") {
			line = p.palette.Dim(line)
		}
		p.text.WriteString("  " + line + "\n")
	}
}

// Print writes the page to stdout, or gives it to the function TakePage of the App.
func (p *Page) Print() error {
	if p.app.TakePage != nil {
		p.app.TakePage(p)
		return nil
	}
	_, err := io.WriteString(p.app.Out.Raw(), strings.TrimRight(p.text.String(), "\n")+"\n")
	return err
}

// wrap breaks a text at spaces into lines of at most width characters. A line is longer only
// if it is one long word.
func wrap(text string, width int) []string {
	var lines []string
	line, n := "", 0
	for word := range strings.FieldsSeq(text) {
		w := utf8.RuneCountInString(word)
		if line != "" && n+1+w > width {
			lines = append(lines, line)
			line, n = "", 0
		}
		if line != "" {
			line, n = line+" ", n+1
		}
		line, n = line+word, n+w
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}
