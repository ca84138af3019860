// The language of man pages: see man(7) and groff_man(7).

package main

import (
	"fmt"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/command"
)

// roff returns the page in the language of man. The four lines after TH keep man from breaking the
// names of variables and from stretching lines.
func (p page) roff(release string) string {
	var b strings.Builder
	fmt.Fprintf(&b, ".\\\" Written by scripts/docs.\n.TH %s %s \"\" %s \"Lanyard manual\"\n.nr HY 0\n.ds AD l\n.nh\n.ad l\n",
		quoted(strings.ToUpper(p.name())), p.section, quoted(strings.TrimSpace("lanyard "+release)))
	fmt.Fprintf(&b, ".SH NAME\n%s \\- %s\n", escaped(p.name()), escaped(p.short))
	intro, sections := split(p.blocks)
	for i, s := range sections {
		if s[0].Text == "USAGE" { // readers expect the usage before the description
			b.WriteString(".SH SYNOPSIS\n")
			writeBlocks(&b, s[1:])
			sections = append(sections[:i:i], sections[i+1:]...)
			break
		}
	}
	b.WriteString(".SH DESCRIPTION\n")
	writeBlocks(&b, intro)
	for _, s := range sections {
		fmt.Fprintf(&b, ".SH %s\n", quoted(s[0].Text))
		writeBlocks(&b, s[1:])
	}
	b.WriteString(".SH \"SEE ALSO\"\n")
	for i, ref := range p.see {
		name, section, _ := strings.Cut(ref, "(")
		end := ","
		if i == len(p.see)-1 {
			end = ""
		}
		fmt.Fprintf(&b, ".BR %s (%s%s\n", escaped(name), section, end)
	}
	return b.String()
}

// split returns the blocks before the first heading, and the sections. A section begins with its
// heading.
func split(blocks []command.Block) (intro []command.Block, sections [][]command.Block) {
	for _, block := range blocks {
		switch last := len(sections) - 1; {
		case block.Kind == command.Heading:
			sections = append(sections, []command.Block{block})
		case last < 0:
			intro = append(intro, block)
		default:
			sections[last] = append(sections[last], block)
		}
	}
	return intro, sections
}

func writeBlocks(b *strings.Builder, blocks []command.Block) {
	for _, block := range blocks {
		switch block.Kind {
		case command.Paragraph:
			for _, part := range paragraphs(block.Text) {
				if part.verbatim {
					writeVerbatim(b, strings.Split(part.text, "\n"))
				} else {
					b.WriteString(".PP\n" + line(part.text))
				}
			}
		case command.Prose:
			b.WriteString(".PP\n" + line(strings.Join(strings.Fields(block.Text), " ")))
		case command.Verbatim, command.Example:
			if block.Text != "" {
				writeVerbatim(b, strings.Split(block.Text, "\n"))
			}
		case command.List:
			for _, item := range block.Items {
				b.WriteString(".TP\n" + itemName(strings.TrimSpace(item.Name)) + "\n" + line(item.Text))
			}
		case command.Heading:
		}
	}
}

// writeVerbatim writes lines that man prints as they are, with an indentation.
func writeVerbatim(b *strings.Builder, lines []string) {
	b.WriteString(".PP\n.RS 2\n.EX\n")
	for _, l := range lines {
		b.WriteString(line(l))
	}
	b.WriteString(".EE\n.RE\n")
}

// itemName returns the name of an item in bold, and the value of a flag in italics.
func itemName(name string) string {
	if flag, value, ok := strings.Cut(name, " "); ok && strings.HasPrefix(flag, "--") {
		return `\fB` + escaped(flag) + `\fR \fI` + escaped(value) + `\fR`
	}
	return `\fB` + escaped(name) + `\fR`
}

// line returns a line of text. The characters \& keep a dot or a quote at its beginning from being
// a request.
func line(text string) string {
	if strings.HasPrefix(text, ".") || strings.HasPrefix(text, "'") {
		return `\&` + escaped(text) + "\n"
	}
	return escaped(text) + "\n"
}

// quoted returns a text as one argument of a request.
func quoted(text string) string { return `"` + strings.ReplaceAll(escaped(text), `"`, `\(dq`) + `"` }

// escaped returns a text with the escapes of groff_char(7). Without the escapes, groff prints
// hyphens, accents and quotes that a user cannot copy into a shell.
func escaped(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch r {
		case '\\':
			b.WriteString(`\(rs`)
		case '-':
			b.WriteString(`\-`)
		case '\'':
			b.WriteString(`\(aq`)
		case '`':
			b.WriteString(`\(ga`)
		case '^':
			b.WriteString(`\(ha`)
		case '~':
			b.WriteString(`\(ti`)
		default:
			if r > 0x7e {
				fmt.Fprintf(&b, `\[u%04X]`, r)
			} else {
				b.WriteRune(r)
			}
		}
	}
	return b.String()
}
