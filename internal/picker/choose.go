// This file shows menus. The user picks an item, and types words to filter and order the
// items.

package picker

import (
	"context"
	"errors"
	"fmt"
)

// A Menu is a list of items, from which the user picks. A menu of 100,000 items still answers each
// key at once.
type Menu struct {
	Title string // a line above the items while the menu is open, such as "Pick a session:"; "" means no title
	Items []Item
	Start int    // the index of the item that is selected first
	Typed string // the words that are already typed when the menu opens

	// Preview, if not nil, returns up to four facts about an item. The menu shows the facts of the
	// selected item below the list. On a small terminal, it shows no facts.
	Preview func(item int) []Fact
}

// A Fact is one line of a preview. The line is cut on the right if the terminal is too narrow.
type Fact struct {
	Label string // such as "account"
	Text  string
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
	return only(c.open(ctx, m, false))
}

// ChooseMany does the same as [Console.Choose], but Tab marks items. It returns the indexes of the
// marked items in the order of m.Items. If the user marked no item, ChooseMany returns the
// selected item. In plain lines, the user picks one item.
func (c *Console) ChooseMany(ctx context.Context, m Menu) ([]int, error) { return c.open(ctx, m, true) }

// only returns the index of the picked item, or -1.
func only(picked []int, err error) (int, error) {
	if err != nil {
		return -1, err
	}
	return picked[0], nil
}

// open shows the menu. many means that the user can mark items.
func (c *Console) open(ctx context.Context, m Menu, many bool) ([]int, error) {
	if len(m.Items) == 0 {
		return nil, errors.New("menu without items")
	}
	if c.plain() {
		i, err := c.choosePlain(ctx, m)
		return []int{i}, err
	}
	leave, err := c.enter()
	if err != nil {
		return nil, err
	}
	defer leave()
	return c.choose(ctx, m, many)
}

// errEsc is the [ErrCancelled] for the Esc key.
var errEsc = fmt.Errorf("%w", ErrCancelled)

// choose does the work of [Console.open] on a terminal in raw mode.
func (c *Console) choose(ctx context.Context, m Menu, many bool) ([]int, error) {
	ch := newChooser(c, m, many)
	if err := c.write(pasteOn + cursorOff); err != nil {
		return nil, err
	}
	if err := ch.refresh(); err != nil {
		return nil, err
	}
	ch.ranking.prepare() // after the first screen, and before the first key
	for {
		k, err := c.key(ctx, ch.refresh)
		if err != nil {
			_ = c.write("\r" + eraseBelow)
			return nil, err
		}
		if picked, done, err := ch.press(k); done {
			if writeErr := c.write("\r" + eraseBelow); err == nil && writeErr != nil {
				return nil, writeErr
			}
			return picked, err
		}
	}
}
