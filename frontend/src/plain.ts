// The script of pages that only tell: without htmx, which is most of what the others load. See the block "script".
import "./common";
