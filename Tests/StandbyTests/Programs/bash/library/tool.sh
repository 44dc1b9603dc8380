#!/bin/bash
echo "tool $0 $1 $SHLVL"
