package datafile

const nonBlocking = 0
