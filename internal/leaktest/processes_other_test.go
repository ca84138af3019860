//go:build unix && !linux

package leaktest_test

// processes would look into /proc, which there is none of.
type processes struct{}

const canLook = false

func (p *processes) watch(int) {}

func (p *processes) look() {}

func (p *processes) taken() []output { return nil }

func (p *processes) count() (all, agents int) { return 0, 0 }
