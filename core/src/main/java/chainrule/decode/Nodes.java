package chainrule.decode;

import java.util.Arrays;

/** The open nodes of one text's tree, numbered as {@link Run} says. */
final class Nodes {
    private int[] parents = {};
    private int[] depths = {};

    /** The number of open nodes. */
    int live() {
        return parents.length;
    }

    int parent(int node) {
        return parents[node];
    }

    /** Opens nodes that follow others. */
    void append(int... newParents) {
        int old = parents.length;
        parents = Arrays.copyOf(parents, old + newParents.length);
        depths = Arrays.copyOf(depths, parents.length);
        for (int i = 0; i < newParents.length; i++) {
            int parent = newParents[i];
            if (parent < -1 || parent >= old + i) {
                throw new IllegalArgumentException("node " + (old + i) + " cannot follow node " + parent);
            }
            parents[old + i] = parent;
            depths[old + i] = parent < 0 ? 1 : depths[parent] + 1;
        }
    }

    /** The length of the longest branch. */
    int depth() {
        return Arrays.stream(depths).max().orElse(0);
    }

    /** Renumbers after a choice, which must be a possible one. */
    void keep(Choice choice) {
        int end = -1;
        for (int node : choice.committed()) {
            if (parents[node] != end) {
                throw new IllegalArgumentException("node " + node + " was committed, but does not follow node " + end);
            }
            end = node;
        }
        int[] number = new int[parents.length];
        Arrays.fill(number, -2);
        int[] kept = new int[choice.live().length];
        int[] depth = new int[kept.length];
        for (int i = 0; i < kept.length; i++) {
            int node = choice.live()[i];
            int parent = parents[node];
            kept[i] = parent == end ? -1 : parent < 0 ? -2 : number[parent];
            if (kept[i] < -1) {
                throw new IllegalArgumentException(
                        "node " + node + " stays open, but follows node " + parent + ", which does not");
            }
            number[node] = i;
            depth[i] = depths[node] - choice.committed().length;
        }
        parents = kept;
        depths = depth;
    }

    /**
     * The choice that keeps the branches ending in {@code leaves} and commits what they all share. Leaves are replaced by
     * their new numbers.
     */
    Choice keepBranches(int[] leaves, boolean done) {
        int[] uses = new int[parents.length];
        for (int leaf : leaves) {
            for (int node = leaf; node >= 0; node = parents[node]) {
                uses[node]++;
            }
        }
        int end = -1;
        int shared = 0;
        int[] committed = new int[parents.length];
        int[] live = new int[parents.length];
        int count = 0;
        for (int node = 0; node < parents.length && leaves.length > 0; node++) {
            if (uses[node] == leaves.length && parents[node] == end) {
                committed[shared++] = node;
                end = node;
            } else if (uses[node] > 0) {
                live[count++] = node;
            }
        }
        int[] stays = Arrays.copyOf(live, count);
        Choice choice = new Choice(Arrays.copyOf(committed, shared), stays, done);
        for (int i = 0; i < leaves.length; i++) {
            leaves[i] = leaves[i] == end ? -1 : Arrays.binarySearch(stays, leaves[i]);
        }
        keep(choice);
        return choice;
    }
}
