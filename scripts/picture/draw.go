package main

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"strings"
)

// A theme holds the colours of a picture.
type theme struct {
	name, background, border, text, faint string

	colors [16]string // the colours of a terminal: black, red, green, yellow, blue, magenta, cyan, white, and their bright forms
}

// themes returns the themes for light and dark pages. The contrast of each colour to the
// background is at least 4.5.
func themes() []theme {
	return []theme{
		{"light", "#ffffff", "#d0d7de", "#1f2328", "#59636e", [16]string{
			"#1f2328", "#b3261e", "#116329", "#8a5a00", "#0550ae", "#8250df", "#116a75", "#59636e",
			"#57606a", "#a40e26", "#1a7f37", "#9a6700", "#0969da", "#8250df", "#1b7c83", "#59636e",
		}},
		{"dark", "#0d1117", "#30363d", "#e6edf3", "#9198a1", [16]string{
			"#9198a1", "#ff7b72", "#3fb950", "#d29922", "#58a6ff", "#bc8cff", "#39c5cf", "#b1bac4",
			"#9198a1", "#ffa198", "#56d364", "#e3b341", "#79c0ff", "#d2a8ff", "#56d4dd", "#ffffff",
		}},
	}
}

// The sizes of a picture in pixels.
const (
	cellWidth  = 8.4
	cellHeight = 19
	fontSize   = 14
	margin     = 18
	barHeight  = 30
)

const fonts = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',monospace"

// draw returns the screen as an SVG file. Text stays text. The file loads nothing from elsewhere.
func draw(s *screen, th theme) []byte {
	rows := s.rows
	for len(rows) > 0 && isEmpty(rows[len(rows)-1]) {
		rows = rows[:len(rows)-1]
	}
	width := float64(s.columns)*cellWidth + 2*margin
	height := barHeight + len(rows)*cellHeight + margin
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%.0f" height="%d" viewBox="0 0 %.0f %d" role="img" aria-labelledby="title">`+"\n", width, height, width, height)
	fmt.Fprintf(&b, "<title id=\"title\">A terminal: %s</title>\n", escaped(strings.Join(scene, ", ")))
	fmt.Fprintf(&b, `<rect x="0.5" y="0.5" width="%.0f" height="%d" rx="8" fill="%s" stroke="%s"/>`+"\n", width-1, height-1, th.background, th.border)
	for i := range 3 {
		fmt.Fprintf(&b, `<circle cx="%d" cy="%d" r="5" fill="%s"/>`+"\n", margin+5+i*17, barHeight/2+2, th.border)
	}
	fmt.Fprintf(&b, `<g font-family="%s" font-size="%d" fill="%s">`+"\n", fonts, fontSize, th.text)
	for i, row := range rows {
		y := barHeight + (i+1)*cellHeight - 4
		for from := 0; from < len(row); {
			to := from + 1
			for to < len(row) && row[to].style == row[from].style {
				to++
			}
			drawRun(&b, row[from:to], from, y, th)
			from = to
		}
	}
	b.WriteString("</g>\n</svg>\n")
	return b.Bytes()
}

// drawRun draws cells of one style. SVG collapses several blanks, so drawRun draws the parts
// between them separately.
func drawRun(b *bytes.Buffer, cells []cell, column, y int, th theme) {
	for from := 0; from < len(cells); from++ {
		if isEmpty(cells[from : from+1]) {
			continue
		}
		to := from + 1
		for to < len(cells) && !isEmpty(cells[to:min(to+2, len(cells))]) {
			to++
		}
		drawPart(b, cells[from:to], column+from, y, th)
		from = to
	}
}

// drawPart draws cells as one text. It sets the position and the length, so that columns are
// aligned in every font.
func drawPart(b *bytes.Buffer, cells []cell, column, y int, th theme) {
	var text strings.Builder
	for _, c := range cells {
		if c.char == 0 {
			c.char = ' '
		}
		text.WriteRune(c.char)
	}
	fmt.Fprintf(b, `<text x="%.1f" y="%d" textLength="%.1f"`, margin+float64(column)*cellWidth, y, float64(len(cells))*cellWidth)
	s := cells[0].style
	switch {
	case s.color > 0:
		fmt.Fprintf(b, ` fill="%s"`, th.colors[s.color-1])
	case s.faint:
		fmt.Fprintf(b, ` fill="%s"`, th.faint)
	}
	if s.bold {
		b.WriteString(` font-weight="bold"`)
	}
	if s.underline {
		b.WriteString(` text-decoration="underline"`)
	}
	fmt.Fprintf(b, ">%s</text>\n", escaped(text.String()))
}

func isEmpty(row []cell) bool {
	for _, c := range row {
		if c.char != 0 && c.char != ' ' {
			return false
		}
	}
	return true
}

func escaped(text string) string {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(text)) // a Buffer returns no errors
	return b.String()
}
