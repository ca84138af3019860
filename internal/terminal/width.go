package terminal

import "github.com/rivo/uniseg"

// Width returns the number of columns that text takes.
func Width(text string) int { return uniseg.StringWidth(text) }

// CutMiddle shortens text to a number of columns. An ellipsis replaces the middle, because
// the ends of a name tell more.
func CutMiddle(text string, columns int) string {
	if Width(text) <= columns {
		return text
	}
	if columns < 1 {
		return ""
	}
	half := (columns - 1) / 2
	return head(text, columns-1-half) + "…" + tail(text, half)
}

// head returns the characters at the beginning of text that fit in a number of columns.
func head(text string, columns int) string {
	end, state := 0, -1
	for rest := text; rest != ""; {
		var char string
		var width int
		char, rest, width, state = uniseg.FirstGraphemeClusterInString(rest, state)
		if columns -= width; columns < 0 {
			break
		}
		end += len(char)
	}
	return text[:end]
}

// tail returns the characters at the end of text that fit in a number of columns.
func tail(text string, columns int) string {
	over, state := Width(text)-columns, -1
	for over > 0 {
		var width int
		_, text, width, state = uniseg.FirstGraphemeClusterInString(text, state)
		over -= width
	}
	return text
}
