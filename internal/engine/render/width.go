package render

import "golang.org/x/text/width"

// textWidth returns how many columns the AWS CLI reserves for a text: two for
// each wide or fullwidth character, and also for each ambiguous one, such as é,
// which most terminals show in one; one for any other, combining ones included.
func textWidth(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r < 0x80 {
			continue
		}
		switch width.LookupRune(r).Kind() {
		case width.EastAsianWide, width.EastAsianFullwidth, width.EastAsianAmbiguous:
			n++
		}
	}
	return n
}
