package chainrule.data;

import chainrule.BadInput;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import java.util.OptionalInt;

/**
 * A token file being written. It has its name only when it is complete and on the disk; until then its parts are beside
 * it under {@code NAME.tmp}, {@code NAME.ends.tmp} and {@code NAME.mask.tmp}, which a later writer of the same file replaces.
 */
final class TokenWriter implements AutoCloseable {
    private final Path file;
    private final Path tokensFile;
    private final Path endsFile;
    private final Path maskFile;
    private final Vocabulary vocabulary;
    private final int width;
    private final Spool tokens;
    private final Spool ends;
    private final Spool mask;
    private long tokenCount;
    private long documentCount;
    private long documentStart;
    private int last = -1;
    private boolean masked;
    private long bits;

    TokenWriter(Path file, Vocabulary vocabulary) throws IOException {
        this.file = file.toAbsolutePath();
        this.vocabulary = vocabulary;
        width = TokenHeader.width(vocabulary.size());
        tokensFile = this.file.resolveSibling(file.getFileName() + ".tmp");
        endsFile = this.file.resolveSibling(file.getFileName() + ".ends.tmp");
        maskFile = this.file.resolveSibling(file.getFileName() + ".mask.tmp");
        tokens = new Spool(tokensFile, TokenHeader.BYTES);
        try {
            ends = new Spool(endsFile, 0);
            try {
                mask = new Spool(maskFile, 0);
            } catch (IOException e) {
                ends.close();
                throw e;
            }
        } catch (IOException e) {
            tokens.close();
            throw e;
        }
    }

    long tokens() {
        return tokenCount;
    }

    long documents() {
        return documentCount;
    }

    void add(Document document) throws IOException {
        switch (document) {
            case Document.Text(String text, String origin, boolean isEnd) -> {
                put(vocabulary.encode().encode(text), origin);
                if (isEnd) {
                    endDocument();
                }
            }
            case Document.Ids(int[] ids, String origin) -> {
                put(ids, origin);
                endDocument();
            }
            case Document.Example(int[] ids, boolean[] trained, String origin) -> {
                masked = true;
                for (int i = 0; i < ids.length; i++) {
                    putId(ids[i], trained[i], origin);
                }
                closeDocument();
            }
        }
    }

    /** Completes the file and gives it its name. @throws BadInput where it would be empty */
    void finish() throws IOException {
        endDocument();
        if (documentCount == 0) {
            throw new BadInput("There is nothing to write to " + file + ": the corpus has no tokens.");
        }
        for (int i = TokenHeader.padding(width, tokenCount); i > 0; i--) {
            tokens.put(0, 1);
        }
        tokens.putAll(ends);
        if (masked) {
            if (tokenCount % Long.SIZE != 0) {
                mask.put(bits, Long.BYTES);
            }
            tokens.putAll(mask);
        }
        var header = new TokenHeader(
                masked, vocabulary.size(), vocabulary.endOfDocument(), tokenCount, documentCount, tokens.checksum());
        tokens.finish(header.bytes());
        tokens.close();
        Files.move(tokensFile, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        syncFolder();
    }

    /** Removes what is not finished. */
    @Override
    public void close() throws IOException {
        tokens.close();
        ends.close();
        mask.close();
        Files.deleteIfExists(tokensFile);
        Files.deleteIfExists(endsFile);
        Files.deleteIfExists(maskFile);
    }

    private void put(int[] ids, String origin) throws IOException {
        if (ids.length > 0 && tokenCount == documentStart) {
            beginDocument(ids[0]);
        }
        for (int id : ids) {
            putId(id, true, origin);
        }
    }

    private void putId(int id, boolean trained, String origin) throws IOException {
        if (id < 0 || id >= vocabulary.size()) {
            throw new BadInput(origin + " has the token id " + id + ", which is outside the vocabulary of "
                    + vocabulary.size() + " tokens: use the tokenizer that belongs to it.");
        }
        tokens.put(id, width);
        bits |= (trained ? 1L : 0) << tokenCount;
        tokenCount++;
        if (tokenCount % Long.SIZE == 0) {
            mask.put(bits, Long.BYTES);
            bits = 0;
        }
        last = id;
    }

    /** Begins a document with its id, unless {@code first}, which comes next, is that already. */
    private void beginDocument(int first) throws IOException {
        OptionalInt begin = vocabulary.beginOfDocument();
        if (begin.isPresent() && begin.getAsInt() != first) {
            putId(begin.getAsInt(), true, file.toString());
        }
    }

    /** Ends the document at hand with its id, unless it is empty or ends with that already. */
    private void endDocument() throws IOException {
        if (tokenCount > documentStart && last != vocabulary.endOfDocument()) {
            putId(vocabulary.endOfDocument(), true, file.toString());
        }
        closeDocument();
    }

    private void closeDocument() throws IOException {
        if (tokenCount == documentStart) {
            return;
        }
        ends.put(tokenCount, Long.BYTES);
        documentCount++;
        documentStart = tokenCount;
    }

    /** Puts the new name on the disk; Windows does that by itself and opens no folders. */
    private void syncFolder() throws IOException {
        Path folder = file.getParent();
        if (folder == null
                || System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("windows")) {
            return;
        }
        try (FileChannel channel = FileChannel.open(folder)) {
            channel.force(true);
        }
    }
}
