package picker

import (
	"fmt"
	"strings"
)

// height returns how many items there is room for, and whether there is a row for
// the status. A row above is left for what the menu is about.
func (ch *chooser) height() (rows int, status bool) {
	_, high := ch.c.size()
	switch {
	case high < 2:
		return 1, false
	case high < 4:
		return high - 1, true
	}
	return min(maxRows, high-2), true
}

// refresh brings the screen up to date.
func (ch *chooser) refresh() error {
	before := ""
	if cols, rows := ch.c.size(); cols != ch.cols || rows != ch.rows {
		if ch.cols != 0 {
			before = "\r" + eraseBelow
		}
		ch.cols, ch.rows, ch.fresh, ch.block = cols, rows, false, newBlock(0)
	}
	if ch.fresh {
		return nil
	}
	ch.fresh = true
	if s := before + ch.block.draw(ch.picture(), 0); s != "" {
		return ch.c.write(s)
	}
	return nil
}

// picture returns the rows of the menu.
func (ch *chooser) picture() []string {
	high, status := ch.height()
	if ch.selected < ch.top {
		ch.top = ch.selected
	}
	ch.top = max(ch.top, ch.selected-high+1)
	ch.top = max(min(ch.top, len(ch.found)-high), 0)

	var rows []string
	for i := ch.top; i < min(ch.top+high, len(ch.found)); i++ {
		mark, style := "  ", plain
		if i == ch.selected {
			mark, style = "> ", bold
		}
		rows = append(rows, ch.c.paint(style, fit(mark+visible(ch.items[ch.found[i]].Label), ch.cols-1)))
	}
	if len(rows) == 0 {
		rows = append(rows, fit("  nothing matches", ch.cols-1))
	}
	if status {
		rows = append(rows, ch.c.paint(dim, ch.status()))
	}
	return rows
}

// status says what is filtered and how much is left.
func (ch *chooser) status() string {
	room := ch.cols - 1
	if ch.typed.text == "" {
		long := fmt.Sprintf("%d entries, type to filter", len(ch.items))
		if len(long) > room {
			return fit(fmt.Sprintf("%d entries", len(ch.items)), room)
		}
		return long
	}
	name, gap := "filter: ", "   "
	count := fmt.Sprintf("%d of %d", len(ch.found), len(ch.items))
	if room < 2*len(name)+len(gap)+len(count) {
		name, gap = "", " " // both numbers are worth more
	}
	typed := visible(ch.typed.text)
	if room -= len(name) + len(gap) + len(count); width(typed) > room {
		typed = strings.TrimLeft(tail(typed, room), " ")
	}
	return fit(name+typed+gap+count, ch.cols-1)
}
