internal import Glibc

/// Which units of a run are free, in blocks of a power of two of them: the buddy method (Knowlton 1965), kept apart
/// from the blocks in a binary tree with a byte a node.
///
/// Node 1 is the whole, nodes 2n and 2n + 1 are the halves of node n, the last level are the units. A node of order o
/// stands for 2ᵒ units. Its byte is 0 when all of them are free, else o + 1 less one more than the order of the
/// largest block that is free below it, so o + 1 when there is none. Below a block that is free or taken as a whole
/// all bytes are 0; neighbours thus join as soon as both are free. Levels that no block reaches cost no memory.
@safe
internal struct BuddyTree: ~Copyable {
    private let bytes: UnsafeMutablePointer<UInt8>
    /// The order of the whole.
    private let height: Int

    /// A tree of `units` free units.
    internal init(units: Int) {
        precondition(units > 0, "a run of \(units) units")
        height = Int.bitWidth - (units - 1).leadingZeroBitCount
        let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
        let memory = unsafe mmap(nil, 2 << height, PROT_READ | PROT_WRITE, flags, -1, 0)
        guard let memory = unsafe memory, unsafe memory != MAP_FAILED else {
            preconditionFailure("no memory for a tree of \(units) units, error \(errno)")
        }
        // Pages of 4 KiB: a huge one would take long at its first touch, and the tree is touched thinly.
        unsafe madvise(memory, 2 << height, MADV_NOHUGEPAGE)
        unsafe bytes = unsafe memory.bindMemory(to: UInt8.self, capacity: 2 << height)
        // What lies beyond the end of the run is taken for ever.
        var end = units
        for order in 0..<height where end & 1 << order != 0 {
            take(end, order)
            end += 1 << order
        }
    }

    deinit {
        unsafe munmap(bytes, 2 << height)
    }

    /// A place for a block: its first unit, and the order of the free block that it would be cut from.
    internal struct Place {
        internal let unit: Int
        internal let freeOrder: Int
    }

    /// The place where a block of `order` breaks up the smallest free block, the first of several; nil: there is no
    /// room for it.
    internal func place(for order: Int) -> Place? {
        guard order <= height, largest(1, height) > order else { return nil }
        var node = 1
        var level = height
        while unsafe bytes[node] != 0 {
            level -= 1
            let left = largest(node * 2, level)
            let right = largest(node * 2 + 1, level)
            let goesLeft = left > order && (right <= order || left <= right)
            node = node * 2 + (goesLeft ? 0 : 1)
        }
        return Place(unit: (node - 1 << (height - level)) << level, freeOrder: level)
    }

    /// Takes the block of `order` that begins with `unit`, all of which must be free.
    internal mutating func take(_ unit: Int, _ order: Int) {
        let node = node(unit, order)
        precondition(unsafe bytes[node] == 0, "unit \(unit), order \(order) is not free")
        unsafe bytes[node] = UInt8(order + 1)
        _ = climb(from: node, order)
    }

    /// Gives back the block of `order` that begins with `unit` and was taken as such. Returns the order of the free
    /// block that it is part of now.
    internal mutating func giveBack(_ unit: Int, _ order: Int) -> Int {
        let node = node(unit, order)
        precondition(unsafe bytes[node] == UInt8(order + 1), "unit \(unit), order \(order) is not taken")
        unsafe bytes[node] = 0
        return climb(from: node, order)
    }

    private func node(_ unit: Int, _ order: Int) -> Int {
        precondition(
            order >= 0 && order <= height && unit >= 0 && unit < 1 << height && unit & ((1 << order) - 1) == 0,
            "unit \(unit), order \(order) of \(height)"
        )
        return 1 << (height - order) + unit >> order
    }

    /// One more than the order of the largest free block of `node`, which is of `order`; 0: none.
    private func largest(_ node: Int, _ order: Int) -> Int {
        order + 1 - Int(unsafe bytes[node])
    }

    /// Brings the bytes above `node` up to date; returns the order of the highest node on the way that is all free,
    /// or -1.
    private mutating func climb(from node: Int, _ order: Int) -> Int {
        var free = unsafe bytes[node] == 0 ? order : -1
        var node = node
        for order in order..<height {
            let left = largest(node & ~1, order)
            let right = largest(node | 1, order)
            node /= 2
            let isFree = left == order + 1 && right == order + 1
            if isFree { free = order + 1 }
            unsafe bytes[node] = isFree ? 0 : UInt8(order + 2 - max(left, right))
        }
        return free
    }
}
