// This file shows menus. The user picks an item, and types words to filter and order the
// items.

package picker

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/style"
)

// A Menu is a list of items. The user picks one item.
type Menu struct {
	Title string // a line above the items while the menu is open, such as "Pick a session:"; "" means no title
	Items []Item
	Start int // the index of the item that is selected first
}

// An Item is one row of a menu. Each field can be empty. The menu searches all three fields
// for the words that the user types. A match in the name ranks before a match in the ID, and
// a match in the ID ranks before a match in the detail. The menu shows invisible characters
// as question marks.
type Item struct {
	Name   string // such as the name of an account; shortened if the terminal is narrow
	ID     string // such as the number of an account; never shortened
	Detail string // such as an e-mail address; shortened first, or left out
}

// String returns the item on one line: "NAME, DETAIL (ID)".
func (i Item) String() string {
	name := i.Name
	if name != "" && i.Detail != "" {
		name += ", "
	}
	switch name += i.Detail; {
	case i.ID == "":
		return name
	case name == "":
		return i.ID
	}
	return name + " (" + i.ID + ")"
}

// maxRows is the number of items that a menu shows at once.
const maxRows = 10

// Choose lets the user pick an item and returns its index:
//
//	i, err := app.Console().Choose(ctx, picker.Menu{
//		Title: "Pick a session:",
//		Items: []picker.Item{{Name: "corp", Detail: "https://corp.awsapps.com/start"}, ...},
//	})
//	if err != nil {
//		return app.ExplainConsole(err)
//	}
//
// Typed words filter and order the items: see [score]. Esc clears the filter, or cancels the
// menu if there is no filter. If Choose returns an error, the index is -1. [ErrCancelled]
// means that the user picked no item. Choose erases the menu before it returns.
func (c *Console) Choose(ctx context.Context, m Menu) (int, error) {
	if len(m.Items) == 0 {
		return -1, errors.New("menu without items")
	}
	if c.plain() {
		return c.choosePlain(ctx, m)
	}
	leave, err := c.enter()
	if err != nil {
		return -1, err
	}
	defer leave()
	return c.choose(ctx, m)
}

// errEsc is the [ErrCancelled] for the Esc key.
var errEsc = fmt.Errorf("%w", ErrCancelled)

// choose does the work of [Console.Choose] on a terminal in raw mode.
func (c *Console) choose(ctx context.Context, m Menu) (int, error) {
	ch := newChooser(c, m)
	if err := c.write(pasteOn + cursorOff); err != nil {
		return -1, err
	}
	if err := ch.refresh(); err != nil {
		return -1, err
	}
	for {
		k, err := c.key(ctx, ch.refresh)
		if err != nil {
			_ = c.write("\r" + eraseBelow)
			return -1, err
		}
		if picked, done, err := ch.press(k); done {
			if writeErr := c.write("\r" + eraseBelow); err == nil && writeErr != nil {
				return -1, writeErr
			}
			return picked, err
		}
	}
}

// A chooser shows a menu and handles the keys until the user has picked an item.
type chooser struct {
	c       *Console
	title   string
	ranking *ranking
	typed   line // the text of the filter; its cursor stays at the end

	found    []int // the items that match, the best item first
	selected int   // index in found
	top      int   // index in found of the first row

	block      *block
	cols, rows int
	fresh      bool // the screen is up to date
}

func newChooser(c *Console, m Menu) *chooser {
	ch := &chooser{c: c, title: visible(m.Title), ranking: newRanking(m.Items), block: newBlock(0)}
	ch.found = ch.ranking.rank("")
	ch.selected = min(max(m.Start, 0), len(m.Items)-1)
	ch.top = ch.selected + maxRows // far away, so that scroll centers the item
	return ch
}

// press handles a key.
func (ch *chooser) press(k key) (picked int, done bool, err error) {
	ch.fresh = false
	switch k.kind {
	case keyEnter:
		if len(ch.found) > 0 {
			return ch.found[ch.selected], true, nil
		}
	case keyCancel:
		return -1, true, ErrCancelled
	case keyEsc:
		if ch.typed.text == "" {
			return -1, true, errEsc
		}
		ch.refilter(key{kind: keyKillBefore})
	case keyDeleteOrEOF:
		if ch.typed.text == "" {
			return -1, true, ErrCancelled
		}
	case keyText, keyPaste, keyBackspace, keyKillWordBefore, keyKillBefore:
		ch.refilter(k)
	case keyRedraw:
		ch.block, ch.cols = newBlock(0), 0
		return -1, false, ch.c.write(clearAll)
	default:
		ch.walk(k.kind)
	}
	return -1, false, nil
}

// refilter edits the filter and selects the best match. If the new filter is empty, the
// selected item stays selected.
func (ch *chooser) refilter(k key) {
	kept := -1
	if len(ch.found) > 0 {
		kept = ch.found[ch.selected]
	}
	if !ch.typed.edit(k) {
		return
	}
	ch.found, ch.selected = ch.ranking.rank(ch.typed.text), 0
	if strings.TrimSpace(ch.typed.text) == "" {
		ch.selected = max(kept, 0) // without a filter, the index in found is the item's own index
	}
}

// walk moves the selection. Up and Down continue at the other end of the list. Page Up and
// Page Down stop at the ends.
func (ch *chooser) walk(key kind) {
	n := len(ch.found)
	if n == 0 {
		return
	}
	page, _, _ := ch.height()
	switch key {
	case keyUp:
		ch.selected = (ch.selected + n - 1) % n
	case keyDown:
		ch.selected = (ch.selected + 1) % n
	case keyPageUp:
		ch.selected = max(ch.selected-page, 0)
	case keyPageDown:
		ch.selected = min(ch.selected+page, n-1)
	case keyHome:
		ch.selected = 0
	case keyEnd:
		ch.selected = n - 1
	}
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

// height returns the number of items that fit, and whether the title and the status also fit.
// One more row stays free for the text above the menu.
func (ch *chooser) height() (items int, title, status bool) {
	_, rows := ch.c.size()
	switch {
	case rows < 2:
		return 1, false, false
	case rows < 4:
		return rows - 1, false, true
	case ch.title != "" && rows > 4:
		return min(maxRows, rows-3), true, true
	}
	return min(maxRows, rows-2), false, true
}

// scroll moves the rows so that the selected item is visible. A step scrolls by one row; a
// jump puts the item into the middle.
func (ch *chooser) scroll(rows int) {
	switch last := ch.top + rows - 1; {
	case ch.selected == ch.top-1:
		ch.top--
	case ch.selected == last+1:
		ch.top++
	case ch.selected < ch.top || ch.selected > last:
		ch.top = ch.selected - rows/2
	}
	ch.top = max(min(ch.top, len(ch.found)-rows), 0)
}

// picture returns the rows of the menu.
func (ch *chooser) picture() []string {
	high, title, status := ch.height()
	ch.scroll(high)
	room := ch.cols - 1

	var rows []string
	if title {
		rows = append(rows, fit(ch.title, room))
	}
	words := typedWords(ch.typed.text)
	for i := ch.top; i < min(ch.top+high, len(ch.found)); i++ {
		mark, paint := "  ", style.Palette{}.Selected // this Palette changes nothing
		if i == ch.selected {
			mark, paint = "> ", ch.c.Style.Selected
		}
		row := ""
		for _, p := range withMark(fit(mark, room), ch.ranking.entry(ch.found[i]).row(room-len(mark), words)) {
			if p.match {
				row += ch.c.match(p.text)
			} else {
				row += paint(p.text)
			}
		}
		rows = append(rows, row)
	}
	if len(ch.found) == 0 {
		rows = append(rows, fit("  nothing matches", room))
	}
	if status {
		rows = append(rows, ch.c.Style.Dim(ch.status(room)))
	}
	return rows
}

// status returns the menu's last row: the typed text and the position, such as 3/40. It uses
// the longest form that fits. If no form fits, it drops the start of the typed text.
func (ch *chooser) status(room int) string {
	all, n := len(ch.ranking.items), len(ch.found)
	if ch.typed.text == "" {
		at := fmt.Sprintf("%d/%d", ch.selected+1, all)
		if long := at + "   type to filter"; width(long) <= room {
			return long
		}
		return fit(at, room)
	}
	typed := visible(ch.typed.text)
	at, short := fmt.Sprintf("%d of %d %s (%d)", ch.selected+1, n, matches(n), all), fmt.Sprintf("%d/%d", ch.selected+1, n)
	if n == 0 {
		at, short = fmt.Sprintf("no matches (%d)", all), "0/0"
	}
	for _, form := range []string{"filter: " + typed + "   " + at, typed + "   " + at, typed + " " + short} {
		if width(form) <= room {
			return form
		}
	}
	return fit(strings.TrimLeft(tail(typed, room-len(short)-1), " ")+" "+short, room)
}

func matches(n int) string {
	if n == 1 {
		return "match"
	}
	return "matches"
}
