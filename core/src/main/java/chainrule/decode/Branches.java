package chainrule.decode;

import chainrule.decode.Read.Row;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The open nodes of one text as its engine sees them: which token each is and, where log-probabilities are wanted, what
 * the model says after it.
 */
final class Branches {
    private final Nodes nodes = new Nodes();
    private final boolean likelihoods;
    private int[] ids = {};
    private @Nullable Row[] rows = {};
    private @Nullable Row end;

    /** @param likelihoods whether tokens are to have log-probabilities */
    Branches(boolean likelihoods) {
        this.likelihoods = likelihoods;
    }

    /** The tokens of the longest branch. */
    int depth() {
        return nodes.depth();
    }

    /** Opens the proposed nodes; the first of them has the number returned. */
    int append(Proposal proposal) {
        int[] tokens = proposal.tokens();
        if (tokens.length == 0 || tokens.length != proposal.parents().length || proposal.decided() > tokens.length) {
            throw new IllegalArgumentException(
                    "a proposal needs tokens, a parent for each, and no more decided than these");
        }
        int old = ids.length;
        nodes.append(proposal.parents());
        ids = Arrays.copyOf(ids, old + tokens.length);
        System.arraycopy(tokens, 0, ids, old, tokens.length);
        rows = Arrays.copyOf(rows, ids.length);
        for (int i = 0; i < proposal.decided(); i++) {
            if (nodes.parent(old + i) != (i == 0 ? -1 : old + i - 1)) {
                throw new IllegalArgumentException("decided tokens must follow one another from the text's end");
            }
        }
        return old;
    }

    /** Takes what the model says after the nodes that were opened last. */
    void read(Read read) {
        for (int i = 0; likelihoods && i < read.rows(); i++) {
            rows[ids.length - read.rows() + i] = read.row(i);
        }
    }

    /** Whether all that is wanted of a node's token is known. */
    boolean known(int node) {
        return !likelihoods || row(nodes.parent(node)) != null;
    }

    /** The token of a node of which all is known. */
    Token token(int node) {
        Row row = row(nodes.parent(node));
        return row == null ? Token.of(ids[node]) : row.token(ids[node]);
    }

    private @Nullable Row row(int node) {
        return node < 0 ? end : rows[node];
    }

    void keep(Choice choice) {
        int[] committed = choice.committed();
        int[] live = choice.live();
        if (committed.length > 0) {
            end = rows[committed[committed.length - 1]];
        }
        nodes.keep(choice);
        int[] keptIds = new int[live.length];
        @Nullable Row[] keptRows = new Row[live.length];
        for (int i = 0; i < live.length; i++) {
            keptIds[i] = ids[live[i]];
            keptRows[i] = rows[live[i]];
        }
        ids = keptIds;
        rows = keptRows;
    }
}
