package chainrule.apps.cli;

import chainrule.data.Document;
import chainrule.local.Prompts;
import chainrule.text.Encoding;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Iterator;
import java.util.stream.IntStream;

/**
 * A text to be measured.
 *
 * @param bytes its length in UTF-8
 */
record EvalText(int[] ids, long bytes) {
    /** The next document, of which long ones come in pieces, as far as {@code limit} tokens go. */
    static EvalText next(Iterator<Document> documents, Prompts prompts, long limit) {
        EvalText all = new EvalText(new int[0], 0);
        boolean ends = false;
        while (!ends && all.ids.length < limit && documents.hasNext()) {
            Document document = documents.next();
            all = all.and(read(document, prompts, all.ids.length == 0, limit - all.ids.length));
            ends = !(document instanceof Document.Text text) || text.ends();
        }
        return all;
    }

    private static EvalText read(Document document, Prompts prompts, boolean first, long limit) {
        return switch (document) {
            case Document.Text whole -> {
                String text = whole.text();
                Encoding tokens = prompts.tokenizer().encode(text, first);
                int[] ids = tokens.ids();
                if (ids.length <= limit) {
                    yield new EvalText(ids, bytes(text));
                }
                int end = tokens.offsets()[(int) limit - 1][1];
                yield new EvalText(
                        Arrays.copyOf(ids, (int) limit), bytes(text.substring(0, text.offsetByCodePoints(0, end))));
            }
            case Document.Ids given -> ids(given.ids(), prompts, limit);
            case Document.Example given -> ids(given.ids(), prompts, limit);
        };
    }

    private static EvalText ids(int[] given, Prompts prompts, long limit) {
        int[] some = Arrays.copyOf(given, (int) Math.min(limit, given.length));
        return new EvalText(
                some, prompts.hasTokenizer() ? bytes(prompts.tokenizer().decode(some, true)) : 0);
    }

    private static long bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    private EvalText and(EvalText more) {
        return new EvalText(
                IntStream.concat(Arrays.stream(ids), Arrays.stream(more.ids)).toArray(), bytes + more.bytes);
    }
}
