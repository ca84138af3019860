package ssocache

func foreign(string) bool { return false }
